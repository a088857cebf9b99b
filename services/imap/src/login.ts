// Logging in, however the name and the password came (RFC 9051 §6.2.2, §6.2.3): what the client is told. Failures of
// every kind look alike.
import { checkLogin, type Credentials, isLoginAllowed } from '@pochtar/service';
import { capabilities } from './capabilities.ts';
import { Bye, no, ok, type Reply, tryAgain } from './reply.ts';
import type { Session } from './command.ts';

const MAX_FAILED_LOGINS = 3;

const refused = no('wrong name or password', 'AUTHENTICATIONFAILED');

/** RFC 9051 §6.2.3, §7.1: PRIVACYREQUIRED where the setting allows log-in inside TLS only. */
export function loginRefusal(session: Session): Reply | null {
  return isLoginAllowed(session) ? null : no('use STARTTLS first', 'PRIVACYREQUIRED');
}

export async function logIn(session: Session, credentials: Credentials): Promise<Reply> {
  const { server } = session;
  const rules = {
    protocol: 'imap',
    maxFailures: MAX_FAILED_LOGINS,
    pauseMs: server.times.refusalMs,
  } as const;
  const outcome = await checkLogin(server, rules, session, credentials);
  server.metrics.logins.add(1, { outcome: outcome.kind });
  switch (outcome.kind) {
    case 'banned':
      throw new Bye('too many failed log-ins from your address, try again later', 'UNAVAILABLE');
    case 'busy':
      return tryAgain;
    case 'refused':
      if (outcome.isLast) throw new Bye('too many failed log-ins');
      return refused;
    case 'ok':
      session.account = outcome.account;
      session.known();
      session.input.deadline = Number.POSITIVE_INFINITY;
      session.log.info({ account: outcome.account.address, secure: session.isSecure }, 'logged in');
      return ok('logged in', `CAPABILITY ${capabilities(session)}`);
  }
}
