// AUTH: RFC 4954. The mechanisms are smtp-server's; who may log in is decided here.
import { setTimeout as wait } from 'node:timers/promises';
import { type LoggedIn, loginKey } from '@pochtar/store/directory';
import { type Reply, reply } from '../reply.ts';
import type { Session } from '../session.ts';
import type { Tools } from '../tools.ts';

export interface Credentials {
  name: string;
  /** PLAIN only: whom the client wants to act as; '' when it does not say. */
  authorizationName: string;
  password: string;
}

/** Wrong passwords before the session ends. */
const MAX_FAILED_LOGINS = 5;
/** Longer with every failure, so that guessing is slow whatever the server's speed. */
const DELAY_MS = 500;

// RFC 4954 §4, §6: 235 success, 535 wrong credentials, 454 trouble of ours.
export const loggedIn = reply(235, '2.7.0', 'authentication successful');
const wrongCredentials = reply(535, '5.7.8', 'wrong user name or password');
const notNow = reply(454, '4.7.0', 'temporary trouble, try again later');
const banned = reply(454, '4.7.0', 'too many failed log-ins from your address, try again later');

/** Sets the session's login when the answer is 235. */
export async function auth(tools: Tools, session: Session, credentials: Credentials): Promise<Reply> {
  if (tools.guard.isBanned(session.clientAddress)) return banned;
  const { defaultDomain } = tools.current('general');
  const key = loginKey(credentials.name, defaultDomain);
  const result = await tools.passwords.verifyPassword(key, credentials.password);
  if (!result.ok && result.isTransient) return notNow;
  if (!result.ok) return refuse(tools, session, credentials, result.reason);
  if (!mayActAs(credentials.authorizationName, result.account, defaultDomain)) {
    return refuse(tools, session, credentials, 'authorization identity of another');
  }
  session.failedLogins = 0;
  session.login = { accountId: result.account.accountId, address: result.account.address };
  return loggedIn;
}

// RFC 4616 §2: an authorization identity other than one's own needs a right that nobody has here.
function mayActAs(name: string, account: LoggedIn, defaultDomain: string | null): boolean {
  return name === '' || loginKey(name, defaultDomain) === account.address;
}

async function refuse(tools: Tools, session: Session, { name }: Credentials, reason: string): Promise<Reply> {
  session.failedLogins++;
  // The web mail limits its own users; here they would all be banned for one.
  if (!tools.isWebmail(session.clientAddress)) tools.guard.failed(session.clientAddress);
  tools.refusals.login(session, name, reason);
  tools.metrics.refused.add(1, { stage: 'auth', code: wrongCredentials.code });
  await wait(DELAY_MS * session.failedLogins, undefined, { ref: false });
  if (session.failedLogins < MAX_FAILED_LOGINS) return wrongCredentials;
  return reply(421, '4.7.0', 'too many failed log-ins');
}
