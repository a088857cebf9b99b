// LOGIN (RFC 9051 §6.2.3).
import { bytesToText } from '@pochtar/mail';
import type { Run } from '../command.ts';
import { logIn, loginRefusal } from '../login.ts';

export const login: Run = async (session, { cursor }) => {
  cursor.space();
  const name = cursor.astring();
  cursor.space();
  const password = cursor.astring();
  cursor.end();
  const refusal = loginRefusal(session);
  if (refusal !== null) return refusal;
  return logIn(session, { authorizationName: '', name: bytesToText(name), password: bytesToText(password) });
};
