// AUTH with PLAIN (RFC 4616) and LOGIN, with an initial response or without. RFC 5034 §4.
import type { Run } from '../commands.ts';
import { type Credentials, logIn, loginRefusal } from '../login.ts';
import { err } from '../reply.ts';
import type { Session } from '../session.ts';

/** Octets of a response: enough for the longest name and password that are taken. */
const MAX_RESPONSE = 4096;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** What the client sent is no response; its message is the answer. */
class BadResponse extends Error {
  override name = 'BadResponse';
}

export const auth: Run = async (session, argument) => {
  const [mechanism = '', initial, ...more] = argument.split(' ');
  const refusal = loginRefusal(session);
  if (refusal !== null) return refusal;
  if (more.length > 0) return err('AUTH has a mechanism and an initial response, nothing more');
  const read = mechanisms.get(mechanism.toUpperCase());
  if (read === undefined) return err('unknown mechanism: use PLAIN or LOGIN');
  try {
    return await logIn(session, await read(session, initial === undefined ? null : initialResponse(initial)));
  } catch (error) {
    if (error instanceof BadResponse) return err(error.message);
    throw error;
  }
};

type Read = (session: Session, initial: Buffer | null) => Promise<Credentials>;

const mechanisms: ReadonlyMap<string, Read> = new Map([
  ['PLAIN', plain],
  ['LOGIN', userAndPassword],
]);

// RFC 4616 §2: [authzid] NUL authcid NUL passwd
async function plain(session: Session, initial: Buffer | null): Promise<Credentials> {
  const response = initial ?? (await ask(session, ''));
  const [authorizationName, name, password, ...more] = response.toString('utf8').split('\0');
  if (authorizationName === undefined || !name || password === undefined || more.length > 0) {
    throw new BadResponse('malformed PLAIN response');
  }
  return { authorizationName, name, password };
}

async function userAndPassword(session: Session, initial: Buffer | null): Promise<Credentials> {
  const name = initial ?? (await ask(session, 'Username:'));
  const password = await ask(session, 'Password:');
  return { authorizationName: '', name: name.toString('utf8'), password: password.toString('utf8') };
}

// RFC 5034 §4: `=` is an empty initial response.
function initialResponse(text: string): Buffer {
  return text === '=' ? Buffer.alloc(0) : decode(text);
}

async function ask(session: Session, challenge: string): Promise<Buffer> {
  const { input, output } = session;
  output.text(`+ ${Buffer.from(challenge).toString('base64')}\r\n`);
  await output.flush();
  const line = await input.line(MAX_RESPONSE);
  if (line.isTooLong) throw new BadResponse('response too long');
  // RFC 5034 §4: a line with `*` alone cancels.
  if (line.text === '*') throw new BadResponse('cancelled');
  return decode(line.text);
}

function decode(text: string): Buffer {
  if (!BASE64.test(text)) throw new BadResponse('the response is not base64');
  return Buffer.from(text, 'base64');
}
