// NOOP and CHECK (RFC 9051 §6.1.2, RFC 3501 §6.4.1): a look for changes. Nothing waits to be written, so a
// checkpoint has nothing else to do.
import type { Run } from '../command.ts';
import { ok } from '../reply.ts';

export const noop: Run = (session, { cursor }) => {
  cursor.end();
  // Whatever the bus has told or not told.
  if (session.selected !== null) session.selected.isDirty = true;
  return Promise.resolve(ok('done'));
};
