// USER and PASS (RFC 1939 §7).
import type { Run } from '../command.ts';
import { logIn, loginRefusal } from '../login.ts';
import { err, ok } from '../reply.ts';

export const user: Run = (session, argument) => {
  const refusal = loginRefusal(session);
  if (refusal !== null) return refusal;
  if (argument === '') return err('give a name');
  session.userName = utf8(argument);
  // RFC 1939 §7: whether there is such a maildrop is not told before the password is right.
  return ok('name accepted, give the password');
};

export const pass: Run = async (session, argument) => {
  const name = session.userName;
  // RFC 1939 §7: after a refused PASS the name has to be given again.
  session.userName = null;
  const refusal = loginRefusal(session);
  if (refusal !== null) return refusal;
  if (name === null) return err('give USER first');
  // RFC 1939 §7: PASS has one argument, so that spaces are part of the password.
  return logIn(session, { authorizationName: '', name, password: utf8(argument) });
};

function utf8(octets: string): string {
  return Buffer.from(octets, 'latin1').toString('utf8');
}
