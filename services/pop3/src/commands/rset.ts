// RSET (RFC 1939 §5): no message is marked as deleted any more.
import type { Run } from '../command.ts';
import { err, ok } from '../reply.ts';

export const rset: Run = (session, argument) => {
  if (argument !== '') return err('RSET has no argument');
  const maildrop = session.openMaildrop;
  maildrop.keepAll();
  return ok(`maildrop has ${maildrop.count} messages (${maildrop.octets} octets)`);
};
