// AUTH with PLAIN and LOGIN, with an initial response or without. RFC 5034 §4.
import { readCredentials } from '@pochtar/service';
import type { Run } from '../command.ts';
import { logIn, loginRefusal } from '../login.ts';
import { err } from '../reply.ts';

export const auth: Run = async (session, argument) => {
  const [mechanism = '', initial = null, ...more] = argument.split(' ');
  const refusal = loginRefusal(session);
  if (refusal !== null) return refusal;
  if (more.length > 0) return err('AUTH has a mechanism and an initial response, nothing more');
  const read = await readCredentials(session, mechanism.toUpperCase(), initial);
  return read.kind === 'credentials' ? logIn(session, read.credentials) : err(read.reason);
};
