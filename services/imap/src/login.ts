// Logging in, however the name and the password came (RFC 9051 §6.2.2, §6.2.3): what the client is told. Failures of
// every kind look alike.
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
  return loggedIn(session, await checkLogin(session.server, rulesOf(session), session, credentials));
}

/** RFC 7677: without the password. */
export function scramLogin(session: Session, mechanism: ScramMechanism): ScramLogin {
  const bindings = channelBindings(session.socket);
  return new ScramLogin(session.server, rulesOf(session), session, { mechanism, bindings });
}

function rulesOf({ server }: Session): LoginRules {
  return { protocol: 'imap', maxFailures: MAX_FAILED_LOGINS, pauseMs: server.times.refusalMs };
}

/** Takes the outcome over, and tells it. */
export function loggedIn(session: Session, outcome: LoginOutcome): Reply {
  const { server } = session;
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
