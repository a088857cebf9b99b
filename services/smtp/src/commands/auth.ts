// AUTH: RFC 4954. The mechanisms are smtp-server's and scram-dialogue.ts, the check is every protocol's; what is answered is decided here.
import {
  checkLogin,
  type Credentials,
  type LoginClient,
  type LoginOutcome,
  type LoginRules,
  ScramLogin,
  type ScramMechanism,
} from '@pochtar/service';
import { banned, loginLater, tooManyFailures, wrongCredentials } from '../replies.ts';
import { type Reply, reply } from '../reply.ts';
import type { Session } from '../session.ts';
import type { Tools } from '../tools.ts';

const RULES: LoginRules = { protocol: 'smtp', maxFailures: 5, pauseMs: 500 };

// RFC 4954 §4: 235 is success.
export const loggedIn = reply(235, '2.7.0', 'authentication successful');

export async function auth(tools: Tools, session: Session, credentials: Credentials): Promise<Reply> {
  const client = clientOf(tools, session);
  return loggedInAs(
    tools,
    session,
    await checkLogin({ ...tools, settings: tools }, RULES, client, credentials),
  );
}

/** RFC 7677: without the password; `loggedInAs` takes its outcome. */
export function scramLogin(tools: Tools, session: Session, mechanism: ScramMechanism): ScramLogin {
  const { bindings } = session;
  return new ScramLogin({ ...tools, settings: tools }, RULES, clientOf(tools, session), {
    mechanism,
    bindings,
  });
}

function clientOf(tools: Tools, session: Session): LoginClient {
  const { id, clientAddress } = session;
  return {
    clientAddress,
    log: tools.log.child({ session: id, clientAddress }),
    isShared: tools.isShared(clientAddress),
    get failedLogins() {
      return session.failedLogins;
    },
    set failedLogins(count) {
      session.failedLogins = count;
    },
  };
}

/** Sets the session's login when it answers 235. */
export function loggedInAs(tools: Tools, session: Session, outcome: LoginOutcome): Reply {
  if (outcome.kind === 'banned') return banned;
  if (outcome.kind === 'busy') return loginLater;
  if (outcome.kind === 'refused') {
    tools.metrics.refused.add(1, { stage: 'auth', code: wrongCredentials.code });
    return outcome.isLast ? tooManyFailures : wrongCredentials;
  }
  const { accountId, address, epoch } = outcome.account;
  session.login = { accountId, address, epoch };
  session.known();
  return loggedIn;
}
