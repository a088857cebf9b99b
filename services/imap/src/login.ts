// Logging in, however the name and the password came (RFC 9051 §6.2.2, §6.2.3): the limits on guessing, the check,
// and what the client is told. Failures of every kind look alike.
import { authFailed } from '@pochtar/bus';
import { loginKey } from '@pochtar/store/directory';
import { capabilities, isLoginAllowed } from './capabilities.ts';
import { Bye, no, ok, type Reply, tryAgain } from './reply.ts';
import type { Session } from './session.ts';

export interface Credentials {
  /** RFC 4616 §2: whom to act as; '' is the name itself. */
  authorizationName: string;
  name: string;
  password: string;
}

const MAX_FAILED_LOGINS = 3;
/** Grows with each failure of a session, so that guessing is slow. */
const DELAY_MS = 1000;

const refused = no('wrong name or password', 'AUTHENTICATIONFAILED');

/** RFC 9051 §6.2.3, §7.1: PRIVACYREQUIRED where the setting allows log-in inside TLS only. */
export function loginRefusal(session: Session): Reply | null {
  return isLoginAllowed(session) ? null : no('use STARTTLS first', 'PRIVACYREQUIRED');
}

export async function logIn(session: Session, credentials: Credentials): Promise<Reply> {
  const { server, clientAddress, log } = session;
  if (server.guard.isBanned(clientAddress)) {
    server.metrics.logins.add(1, { outcome: 'banned' });
    throw new Bye('too many failed log-ins from your address, try again later', 'UNAVAILABLE');
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
    const reason = result.ok ? 'otherAuthorizationName' : result.reason;
    return failed(session, credentials.name, reason);
  }
  server.metrics.logins.add(1, { outcome: 'ok' });
  session.account = result.account;
  log.info({ account: result.account.address, secure: session.isSecure }, 'logged in');
  return ok('logged in', `CAPABILITY ${capabilities(session)}`);
}

async function failed(session: Session, name: string, reason: string): Promise<Reply> {
  const { server, clientAddress, log } = session;
  session.failedLogins++;
  server.guard.failed(clientAddress);
  server.metrics.logins.add(1, { outcome: 'refused' });
  log.info({ login: name.slice(0, 400), reason }, 'log-in refused');
  server.bus.emit(authFailed, {
    at: new Date().toISOString(),
    protocol: 'imap',
    clientAddress: clientAddress.slice(0, 64),
    login: name.slice(0, 400).toWellFormed(),
  });
  await new Promise((resolve) => setTimeout(resolve, DELAY_MS * session.failedLogins).unref());
  if (session.failedLogins >= MAX_FAILED_LOGINS) throw new Bye('too many failed log-ins');
  return refused;
}
