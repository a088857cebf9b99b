// Logging in, however name and password came (RFC 1939 §7, RFC 5034): the limits on guessing, the check, the lock of
// the maildrop, and what the client is told. Failures of every kind look alike.
import { authFailed } from '@pochtar/bus';
import { loginKey } from '@pochtar/store/directory';
import { openMaildrop } from '@pochtar/store/mailbox';
import { isLoginAllowed } from './capabilities.ts';
import { Maildrop } from './maildrop.ts';
import { err, ok, type Reply, SessionEnd, tryAgain } from './reply.ts';
import type { Session } from './session.ts';

export interface Credentials {
  /** RFC 4616 §2: whom to act as; '' is the name itself. */
  authorizationName: string;
  name: string;
  password: string;
}

const MAX_FAILED_LOGINS = 3;

/** RFC 2595 §2.3: where the setting allows log-in inside TLS only. */
export function loginRefusal(session: Session): Reply | null {
  return isLoginAllowed(session) ? null : err('use STLS first: passwords are taken inside TLS only');
}

export async function logIn(session: Session, credentials: Credentials): Promise<Reply> {
  const { server, clientAddress } = session;
  if (server.guard.isBanned(clientAddress)) {
    server.metrics.logins.add(1, { outcome: 'banned' });
    // RFC 3206 §3: not the password's fault; a client need not ask its user for another.
    throw new SessionEnd(
      'banned',
      err('too many failed log-ins from your address, try again later', 'SYS/TEMP'),
    );
  }
  const { defaultDomain } = server.settings.current('general');
  const key = loginKey(credentials.name, defaultDomain);
  const result = await server.passwords.verifyPassword(key, credentials.password);
  if (!result.ok && result.isTransient) {
    server.metrics.logins.add(1, { outcome: 'busy' });
    return tryAgain;
  }
  const isOther =
    credentials.authorizationName !== '' && loginKey(credentials.authorizationName, defaultDomain) !== key;
  if (!result.ok || isOther) {
    return failed(session, credentials.name, result.ok ? 'otherAuthorizationName' : result.reason);
  }
  const { accountId, address } = result.account;
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
  session.address = address;
  server.metrics.logins.add(1, { outcome: 'ok' });
  session.log.info({ account: address, secure: session.isSecure }, 'logged in');
  const { count, octets } = session.maildrop;
  return ok(`${count} messages (${octets} octets)`);
}

async function failed(session: Session, name: string, reason: string): Promise<Reply> {
  const { server, clientAddress, log } = session;
  session.failedLogins++;
  server.guard.failed(clientAddress);
  server.metrics.logins.add(1, { outcome: 'refused' });
  log.info({ login: name.slice(0, 400), reason }, 'log-in refused');
  server.bus.emit(authFailed, {
    at: new Date().toISOString(),
    protocol: 'pop3',
    clientAddress: clientAddress.slice(0, 64),
    login: name.slice(0, 400).toWellFormed(),
  });
  await new Promise((resolve) => setTimeout(resolve, server.times.refusalMs * session.failedLogins).unref());
  const refused = err('wrong name or password', 'AUTH');
  if (session.failedLogins >= MAX_FAILED_LOGINS) throw new SessionEnd('too many failed log-ins', refused);
  return refused;
}
