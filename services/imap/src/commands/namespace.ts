// NAMESPACE (RFC 9051 §6.3.10, RFC 2342 §5): one personal namespace, nothing shared.
import type { Run } from '../command.ts';
import { ok } from '../reply.ts';

export const namespace: Run = (session, { cursor }) => {
  cursor.end();
  session.output.text('* NAMESPACE (("" "/")) NIL NIL\r\n');
  return Promise.resolve(ok('done'));
};
