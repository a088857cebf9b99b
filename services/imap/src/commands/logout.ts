// LOGOUT (RFC 9051 §6.1.3).
import type { Run } from '../command.ts';
import { ok } from '../reply.ts';

export const logout: Run = async (session, { cursor }) => {
  cursor.end();
  await session.deselect();
  session.output.text('* BYE logging out\r\n');
  session.logout();
  return ok('done');
};
