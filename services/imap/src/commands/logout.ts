// LOGOUT (RFC 9051 §6.1.3).
import type { Run } from '../command.ts';
import { ok } from '../reply.ts';

export const logout: Run = (session, { cursor }) => {
  cursor.end();
  session.deselect();
  session.output.text('* BYE logging out\r\n');
  session.logout();
  return Promise.resolve(ok('done'));
};
