// The SASL exchange of IMAP (AUTHENTICATE) and POP3 (AUTH): PLAIN (RFC 4616), LOGIN, SCRAM-SHA-256 (RFC 7677), with an
// initial response or without. Challenges and responses look the same in both: `+ ` and base64, base64 alone. RFC 9051 §6.2.2, RFC 5034 §4.
import type { SocketInput, SocketOutput } from '@pochtar/runtime';
import type { Credentials, LoginOutcome } from './log-in.ts';
import { isScram, type ScramLogin, type ScramMechanism } from './scram/scram-log-in.ts';

export interface SaslChannel {
  input: SocketInput;
  output: SocketOutput;
}

export type SaslOutcome =
  | { kind: 'credentials'; credentials: Credentials }
  /** No password came: the client has proved that it knows it, or not. */
  | { kind: 'proof'; outcome: LoginOutcome }
  | { kind: 'unknown' | 'cancelled' | 'malformed'; reason: string };

/** Octets of a response: enough for the longest name and password that are taken. */
const MAX_RESPONSE = 4096;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

class BadResponse extends Error {
  readonly kind: 'cancelled' | 'malformed';

  constructor(kind: 'cancelled' | 'malformed', reason: string) {
    super(reason);
    this.kind = kind;
  }
}

/** `mechanism` in upper case; `initial` as the client wrote it, or null. */
export async function readCredentials(
  channel: SaslChannel,
  mechanism: string,
  initial: string | null,
  scram: (mechanism: ScramMechanism) => ScramLogin,
): Promise<SaslOutcome> {
  const read = mechanisms.get(mechanism);
  try {
    const response = initial === null ? null : initialResponse(initial);
    if (isScram(mechanism)) {
      return { kind: 'proof', outcome: await proof(channel, scram(mechanism), response) };
    }
    if (read === undefined) return { kind: 'unknown', reason: 'unknown mechanism: use PLAIN or LOGIN' };
    return { kind: 'credentials', credentials: await read(channel, response) };
  } catch (error) {
    if (error instanceof BadResponse) return { kind: error.kind, reason: error.message };
    throw error;
  }
}

type Read = (channel: SaslChannel, initial: Buffer | null) => Promise<Credentials>;

const mechanisms: ReadonlyMap<string, Read> = new Map([
  ['PLAIN', plain],
  ['LOGIN', userAndPassword],
]);

// RFC 4616 §2: [authzid] NUL authcid NUL passwd
async function plain(channel: SaslChannel, initial: Buffer | null): Promise<Credentials> {
  const response = initial ?? (await ask(channel, ''));
  const [authorizationName, name, password, ...more] = response.toString('utf8').split('\0');
  if (authorizationName === undefined || !name || password === undefined || more.length > 0) {
    throw new BadResponse('malformed', 'malformed PLAIN response');
  }
  return { authorizationName, name, password };
}

async function userAndPassword(channel: SaslChannel, initial: Buffer | null): Promise<Credentials> {
  const name = initial ?? (await ask(channel, 'Username:'));
  const password = await ask(channel, 'Password:');
  return { authorizationName: '', name: name.toString('utf8'), password: password.toString('utf8') };
}

// RFC 5802 §5. Without additional data in the tagged reply the server's last message is a challenge, and the client's answer
// to it is empty (RFC 4422 §5, RFC 9051 §6.2.2).
async function proof(channel: SaslChannel, login: ScramLogin, initial: Buffer | null): Promise<LoginOutcome> {
  const first = await login.begin((initial ?? (await ask(channel, ''))).toString('utf8'));
  if (first.kind === 'malformed') throw new BadResponse('malformed', first.reason);
  if (first.kind === 'over') return first.outcome;
  const end = await login.finish((await ask(channel, first.text)).toString('utf8'));
  if (end.kind === 'proved' && (await ask(channel, end.serverFinal)).length > 0) {
    throw new BadResponse('malformed', 'malformed SCRAM message');
  }
  return end.outcome;
}

// RFC 5034 §4: `=` is an empty initial response.
function initialResponse(text: string): Buffer {
  return text === '=' ? Buffer.alloc(0) : decode(text);
}

async function ask({ input, output }: SaslChannel, challenge: string): Promise<Buffer> {
  output.text(`+ ${Buffer.from(challenge).toString('base64')}\r\n`);
  await output.flush();
  const line = await input.line(MAX_RESPONSE);
  if (line.isTooLong) throw new BadResponse('malformed', 'response too long');
  // RFC 9051 §6.2.2, RFC 5034 §4: a line with `*` alone cancels.
  if (line.text === '*') throw new BadResponse('cancelled', 'cancelled');
  return decode(line.text);
}

function decode(text: string): Buffer {
  if (!BASE64.test(text)) throw new BadResponse('malformed', 'the response is not base64');
  return Buffer.from(text, 'base64');
}
