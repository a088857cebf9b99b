// UTF8 (RFC 6856 §2.1): the client takes headers in UTF-8 as they are.
import type { Run } from '../command.ts';
import { err, ok } from '../reply.ts';

export const utf8: Run = (session, argument) => {
  if (argument !== '') return err('UTF8 has no argument');
  session.isUtf8 = true;
  return ok('UTF-8 it is');
};
