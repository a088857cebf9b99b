// Logging in, however the name and its proof came. Who knows which password is asked of the settings process over the bus:
// this one sees neither hashes nor keys.
import { setTimeout as wait } from 'node:timers/promises';
import { authCheck, type AuthCheckReply, type Question } from '@pochtar/bus';
import type { Outcome, Session } from '../operation.ts';
import { codes, Refused, result, success } from '../protocol/result.ts';

const MAX_FAILED_LOGINS = 3;
const ASK_MS = 10_000;

export interface Credentials {
  name: string;
  password: string;
  /** RFC 4616 §2: whom to act as; '' is the name itself. */
  authorizationName: string;
}

export async function logIn(session: Session, credentials: Credentials): Promise<Outcome> {
  return loggedIn(session, await ask(session, authCheck, { ...askerOf(session), ...credentials }));
}

/** What every question of a log-in says of its client. */
export function askerOf({ clientAddress, isWebmail: isShared }: Session) {
  return { protocol: 'ldap', clientAddress, isShared } as const;
}

export async function ask<Request, Reply>(
  { server, log }: Session,
  question: Question<Request, Reply>,
  request: Request,
): Promise<Reply> {
  return server.bus.ask(question, request, ASK_MS).catch((error: unknown) => {
    log.warn({ err: error }, 'a password could not be checked');
    throw new Refused('unavailable', 'passwords cannot be checked now, try again later');
  });
}

/** Takes the outcome over, and tells it. */
export async function loggedIn(session: Session, answer: AuthCheckReply): Promise<Outcome> {
  const { server, log } = session;
  server.metrics.logins.add(1, { outcome: answer.outcome });
  switch (answer.outcome) {
    case 'ok':
      session.person = { ...answer.account, since: Date.now() };
      session.known();
      log.info({ account: answer.account.address, secure: session.isSecure }, 'logged in');
      return { result: success };
    case 'busy':
      throw new Refused('busy', 'not now, try again later');
    case 'banned': {
      const text = 'too many failed log-ins from your address, try again later';
      return { result: result(codes.unwillingToPerform, text), isLast: true };
    }
    case 'refused':
      session.failedLogins++;
      await wait(server.times.refusalMs * session.failedLogins, undefined, { ref: false });
      return {
        result: result(codes.invalidCredentials, 'wrong name or password'),
        isLast: session.failedLogins >= MAX_FAILED_LOGINS,
      };
  }
}
