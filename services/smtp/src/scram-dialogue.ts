// AUTH SCRAM-SHA-256 in the dialogue: RFC 4954 §4 around the messages of RFC 5802 §5.
import type { LoginOutcome, ScramLogin } from '@pochtar/service';
import { authCancelled, loginLater, malformedResponse, malformedScram, notBase64 } from './replies.ts';
import { type Reply, reply } from './reply.ts';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Says a challenge and gives the client's next line. */
export type AskClient = (challenge: Reply) => Promise<string>;

export interface ScramAnswers {
  ask: AskClient;
  /** Takes the outcome over and says what it is. */
  tell: (outcome: LoginOutcome) => Reply;
}

type Next = () => void;

/** The lines of one connection, as an exchange needs them. */
export interface ScramLines {
  /** Lets the line behind AUTH come. */
  next: Next;
  /** The next line is no command. */
  expect(handler: (line: Buffer, then: Next) => void): void;
  /** Writes a reply, and lets the next line come. */
  say(answer: Reply, next: Next): void;
}

/** From the command to the last reply; `failed` hears of what nobody expected. */
export function scramExchange(
  login: ScramLogin,
  initial: string | undefined,
  { tell, failed }: Pick<ScramAnswers, 'tell'> & { failed: (error: unknown) => void },
  lines: ScramLines,
): void {
  let resume = lines.next;
  const ask = (asked: Reply): Promise<string> =>
    new Promise((resolve) => {
      lines.expect((line, then) => {
        resume = then;
        resolve(line.toString('latin1').trim());
      });
      lines.say(asked, resume);
    });
  const answered = async (): Promise<void> => {
    const answer = await scramDialogue(login, initial, { ask, tell }).catch((error: unknown) => {
      failed(error);
      return loginLater;
    });
    lines.say(answer, resume);
  };
  answered().catch(failed);
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
  if (step.kind === 'malformed') return malformedScram(step.reason);
  const final = decoded(await ask(challenge(step.text)));
  if (typeof final !== 'string') return final;
  const end = await login.finish(final);
  if (end.kind === 'over') return tell(end.outcome);
  // RFC 4954 §4: a reply of success carries no data; the server's last message is one more challenge.
  const last = decoded(await ask(challenge(end.serverFinal)));
  if (typeof last !== 'string') return last;
  return last === '' ? tell(end.outcome) : malformedResponse;
}

function decoded(response: string): string | Reply {
  if (response === '*') return authCancelled;
  return BASE64.test(response) ? Buffer.from(response, 'base64').toString('utf8') : notBase64;
}

function challenge(message: string): Reply {
  return reply(334, null, Buffer.from(message).toString('base64'));
}
