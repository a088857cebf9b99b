// AUTH SCRAM-SHA-256 in the dialogue: RFC 4954 §4 around the messages of RFC 5802 §5.
import type { LoginOutcome, ScramLogin } from '@pochtar/service';
import { type Reply, reply } from './reply.ts';

// RFC 4954 §4.
const cancelled = reply(501, '5.7.0', 'authentication cancelled');
const notBase64 = reply(501, '5.5.2', 'the response is not base64');
const malformed = reply(501, '5.5.2', 'malformed SCRAM message');
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Says a challenge and gives the client's next line. */
export type AskClient = (challenge: Reply) => Promise<string>;

export interface ScramAnswers {
  ask: AskClient;
  /** Takes the outcome over and says what it is. */
  tell: (outcome: LoginOutcome) => Reply;
}

/** `initial`: the response that came with AUTH. Resolves with the last reply. */
export async function scramDialogue(
  login: ScramLogin,
  initial: string | undefined,
  { ask, tell }: ScramAnswers,
): Promise<Reply> {
  // RFC 4954 §4: `=` is an empty initial response.
  const first = decoded(initial === '=' ? '' : (initial ?? (await ask(challenge('')))));
  if (typeof first !== 'string') return first;
  const step = await login.begin(first);
  if (step.kind === 'over') return tell(step.outcome);
  if (step.kind === 'malformed') return reply(501, '5.5.2', step.reason);
  const final = decoded(await ask(challenge(step.text)));
  if (typeof final !== 'string') return final;
  const end = await login.finish(final);
  if (end.kind === 'over') return tell(end.outcome);
  // RFC 4954 §4: a reply of success carries no data; the server's last message is one more challenge.
  const last = decoded(await ask(challenge(end.serverFinal)));
  if (typeof last !== 'string') return last;
  return last === '' ? tell(end.outcome) : malformed;
}

function decoded(response: string): string | Reply {
  if (response === '*') return cancelled;
  return BASE64.test(response) ? Buffer.from(response, 'base64').toString('utf8') : notBase64;
}

function challenge(message: string): Reply {
  return reply(334, null, Buffer.from(message).toString('base64'));
}
