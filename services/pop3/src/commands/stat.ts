// STAT (RFC 1939 §5): messages marked as deleted are not counted.
import type { Run } from '../command.ts';
import { err, ok } from '../reply.ts';

export const stat: Run = (session, argument) => {
  if (argument !== '') return err('STAT has no argument');
  const { count, octets } = session.openMaildrop;
  return ok(`${count} ${octets}`);
};
