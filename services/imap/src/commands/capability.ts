// CAPABILITY (RFC 9051 §6.1.1).
import { capabilities } from '../capabilities.ts';
import type { Run } from '../command.ts';
import { ok } from '../reply.ts';

export const capability: Run = (session, { cursor }) => {
  cursor.end();
  session.output.text(`* CAPABILITY ${capabilities(session)}\r\n`);
  return Promise.resolve(ok('done'));
};
