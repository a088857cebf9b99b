// SASL (RFC 4513 §5.2): PLAIN (RFC 4616) in one request; SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 7677) in two, of which the
// first ends with saslBindInProgress. Between them the session keeps what was said, and the settings process nothing.
import { randomBytes } from 'node:crypto';
import { authScram } from '@pochtar/bus';
import { channelBindings, isScram, type ScramMechanism, toldBindings } from '@pochtar/service';
import type { Outcome, SaslExchange, Session } from '../operation.ts';
import type { SaslCredentials } from '../protocol/request.ts';
import { codes, Refused, result } from '../protocol/result.ts';
import { ask, askerOf, type Credentials, loggedIn, logIn } from './log-in.ts';

const NONCE_OCTETS = 18;

/** `exchange`: what the session has of the bind before. */
export async function saslBind(
  session: Session,
  { mechanism, response }: SaslCredentials,
  exchange: SaslExchange | null,
): Promise<Outcome> {
  const name = mechanism.toUpperCase();
  if (name === 'PLAIN') return logIn(session, plain(response));
  if (!isScram(name)) throw unknownMethod();
  // RFC 4511 §4.2.1: another mechanism begins another exchange.
  const begun = exchange?.mechanism === name ? exchange : null;
  return scram(session, { mechanism: name, response: response?.toString('utf8') ?? null, begun });
}

export function unknownMethod(): Refused {
  return new Refused(
    'authMethodNotSupported',
    'bind by name and password, or by SASL PLAIN or SCRAM-SHA-256',
  );
}

// RFC 4616 §2: [authzid] NUL authcid NUL passwd
function plain(response: Buffer | null): Credentials {
  if (response === null)
    throw new Refused('unwillingToPerform', 'send the response of PLAIN with the request');
  const [authorizationName, name, password, ...more] = response.toString('utf8').split('\0');
  if (authorizationName === undefined || !name || !password || more.length > 0) {
    throw new Refused('invalidCredentials', 'malformed PLAIN response');
  }
  return { authorizationName: authorizationName.replace(/^u:/, ''), name, password };
}

interface ScramStep {
  mechanism: ScramMechanism;
  /** null: none came with the request. */
  response: string | null;
  begun: SaslExchange | null;
}

async function scram(session: Session, { mechanism, response, begun }: ScramStep): Promise<Outcome> {
  // RFC 5802 §5: the client speaks first; one that waits to be asked for it is asked.
  if (response === null) return goesOn('');
  const { clientFirst, nonce } = begun ?? {
    clientFirst: response,
    nonce: randomBytes(NONCE_OCTETS).toString('base64'),
  };
  const answer = await ask(session, authScram, {
    ...askerOf(session),
    ...{ mechanism, nonce, clientFirst, clientFinal: begun === null ? null : response },
    bindings: toldBindings(channelBindings(session.socket)),
    isOffered: session.server.scram.isOffered,
  });
  switch (answer.outcome) {
    case 'challenge':
      session.exchange = { mechanism, clientFirst, nonce };
      return goesOn(answer.serverFirst);
    case 'malformed':
      throw new Refused('invalidCredentials', answer.reason);
    case 'ok':
      return { ...(await loggedIn(session, answer)), serverCredentials: answer.serverFinal };
    case 'refused':
    case 'banned':
    case 'busy':
      return loggedIn(session, { outcome: answer.outcome });
  }
}

// RFC 4511 §4.2.2: the challenge goes along with the result.
function goesOn(challenge: string): Outcome {
  return { result: result(codes.saslBindInProgress), serverCredentials: challenge };
}
