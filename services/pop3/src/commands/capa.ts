// CAPA (RFC 2449 §5).
import { capabilities } from '../capabilities.ts';
import type { Run } from '../command.ts';
import { err, list } from '../reply.ts';

export const capa: Run = (session, argument) => {
  if (argument !== '') return err('CAPA has no argument');
  return list('capability list follows', capabilities(session));
};
