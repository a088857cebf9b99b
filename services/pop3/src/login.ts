// Logging in, however name and password came (RFC 1939 §7, RFC 5034): the check, the lock of the maildrop, and what the
// client is told. Failures of every kind look alike.
import {
  channelBindings,
  checkLogin,
  type Credentials,
  isLoginAllowed,
  type LoginOutcome,
  type LoginRules,
  ScramLogin,
  type ScramMechanism,
} from '@pochtar/service';
import { openMaildrop } from '@pochtar/store/mailbox';
import { Maildrop } from './maildrop.ts';
import { err, ok, type Reply, SessionEnd, tryAgain } from './reply.ts';
import type { Session } from './command.ts';

const MAX_FAILED_LOGINS = 3;

const refused = err('wrong name or password', 'AUTH');
// RFC 3206 §3: not the password's fault; a client need not ask its user for another.
const banned = err('too many failed log-ins from your address, try again later', 'SYS/TEMP');

/** RFC 2595 §2.3: where the setting allows log-in inside TLS only. */
export function loginRefusal(session: Session): Reply | null {
  return isLoginAllowed(session) ? null : err('use STLS first: passwords are taken inside TLS only');
}

export async function logIn(session: Session, credentials: Credentials): Promise<Reply> {
  return loggedIn(session, await checkLogin(session.server, rulesOf(session), session, credentials));
}

/** RFC 7677: without the password. */
export function scramLogin(session: Session, mechanism: ScramMechanism): ScramLogin {
  const bindings = channelBindings(session.socket);
  return new ScramLogin(session.server, rulesOf(session), session, { mechanism, bindings });
}

function rulesOf({ server }: Session): LoginRules {
  return { protocol: 'pop3', maxFailures: MAX_FAILED_LOGINS, pauseMs: server.times.refusalMs };
}

/** Takes the outcome over, and tells it. */
export async function loggedIn(session: Session, outcome: LoginOutcome): Promise<Reply> {
  const { server } = session;
  if (outcome.kind !== 'ok') server.metrics.logins.add(1, { outcome: outcome.kind });
  if (outcome.kind === 'banned') throw new SessionEnd('banned', banned);
  if (outcome.kind === 'busy') return tryAgain;
  if (outcome.kind === 'refused') {
    if (outcome.isLast) throw new SessionEnd('too many failed log-ins', refused);
    return refused;
  }
  const { accountId, address } = outcome.account;
  // Locked first: what is read afterwards no other POP3 session changes (RFC 1939 §4).
  const lease = await server.leases.take(accountId, () => session.dismiss('the maildrop was taken over'));
  if (lease === null) {
    server.metrics.logins.add(1, { outcome: 'inUse' });
    return err('another session has this maildrop', 'IN-USE');
  }
  session.lease = lease;
  try {
    session.maildrop = new Maildrop(await openMaildrop(server.db, accountId));
  } catch (error) {
    await session.unlock();
    throw error;
  }
  session.account = outcome.account;
  session.known();
  session.input.deadline = Number.POSITIVE_INFINITY;
  server.metrics.logins.add(1, { outcome: 'ok' });
  session.log.info({ account: address, secure: session.isSecure }, 'logged in');
  const { count, octets } = session.maildrop;
  return ok(`${count} messages (${octets} octets)`);
}
