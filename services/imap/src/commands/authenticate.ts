// AUTHENTICATE PLAIN (RFC 4616), LOGIN and SCRAM-SHA-256 (RFC 7677), with an initial response or without (RFC 9051 §6.2.2).
import { readCredentials } from '@pochtar/service';
import type { Run } from '../command.ts';
import { loggedIn, logIn, loginRefusal, scramLogin } from '../login.ts';
import { bad, no } from '../reply.ts';

export const authenticate: Run = async (session, { cursor }) => {
  cursor.space();
  const mechanism = cursor.word();
  const initial = cursor.take(' ') ? cursor.rest() : null;
  cursor.end();
  const refusal = loginRefusal(session);
  if (refusal !== null) return refusal;
  const read = await readCredentials(session, mechanism, initial, (chosen) => scramLogin(session, chosen));
  if (read.kind === 'credentials') return logIn(session, read.credentials);
  if (read.kind === 'proof') return loggedIn(session, read.outcome);
  // RFC 9051 §6.2.2: a line with `*` alone cancels, and is answered with BAD.
  return read.kind === 'unknown' ? no(read.reason, 'CANNOT') : bad(read.reason);
};
