// AUTH with PLAIN, LOGIN and SCRAM-SHA-256 (RFC 7677), with an initial response or without. RFC 5034 §4.
import { readCredentials, type ScramMechanism } from '@pochtar/service';
import type { Run } from '../command.ts';
import { loggedIn, logIn, loginRefusal, scramLogin } from '../login.ts';
import { err } from '../reply.ts';

export const auth: Run = async (session, argument) => {
  const [mechanism = '', initial = null, ...more] = argument.split(' ');
  const refusal = loginRefusal(session);
  if (refusal !== null) return refusal;
  if (more.length > 0) return err('AUTH has a mechanism and an initial response, nothing more');
  const scram = (chosen: ScramMechanism) => scramLogin(session, chosen);
  const read = await readCredentials(session, mechanism.toUpperCase(), initial, scram);
  if (read.kind === 'proof') return loggedIn(session, read.outcome);
  return read.kind === 'credentials' ? logIn(session, read.credentials) : err(read.reason);
};
