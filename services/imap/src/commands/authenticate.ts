// AUTHENTICATE PLAIN (RFC 4616) and LOGIN, with an initial response or without (RFC 9051 §6.2.2).
import type { Run } from '../commands.ts';
import { type Credentials, logIn, loginRefusal } from '../login.ts';
import { bad, no } from '../reply.ts';
import type { Session } from '../session.ts';
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';

const MAX_RESPONSE = 8 * 1024;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

class Cancelled extends Error {
  override name = 'Cancelled';
}

export const authenticate: Run = async (session, { cursor }) => {
  cursor.space();
  const mechanism = cursor.word();
  const initial = initialResponse(cursor);
  const refusal = loginRefusal(session);
  if (refusal !== null) return refusal;
  try {
    if (mechanism === 'PLAIN') return await logIn(session, plain(initial ?? (await ask(session, ''))));
    if (mechanism === 'LOGIN') return await logIn(session, await userAndPassword(session, initial));
  } catch (error) {
    // RFC 9051 §6.2.2: a line with `*` alone cancels, and is answered with BAD.
    if (error instanceof Cancelled) return bad('cancelled');
    throw error;
  }
  return no('unknown mechanism: use PLAIN or LOGIN', 'CANNOT');
};

function initialResponse(cursor: Cursor): Buffer | null {
  if (cursor.next === '') return null;
  cursor.space();
  const text = cursor.rest();
  cursor.end();
  // RFC 9051 §6.2.2: `=` is an empty initial response.
  return text === '=' ? Buffer.alloc(0) : decode(text);
}

// RFC 4616 §2: [authzid] NUL authcid NUL passwd
function plain(response: Buffer): Credentials {
  const [authorizationName, name, password, ...more] = response.toString('utf8').split('\0');
  if (authorizationName === undefined || !name || password === undefined || more.length > 0) {
    throw new BadSyntax('malformed PLAIN response');
  }
  return { authorizationName, name, password };
}

async function userAndPassword(session: Session, initial: Buffer | null): Promise<Credentials> {
  const name = initial ?? (await ask(session, 'Username:'));
  const password = await ask(session, 'Password:');
  return { authorizationName: '', name: name.toString('utf8'), password: password.toString('utf8') };
}

async function ask({ input, output }: Session, challenge: string): Promise<Buffer> {
  output.text(`+ ${Buffer.from(challenge).toString('base64')}\r\n`);
  await output.flush();
  const line = await input.line(MAX_RESPONSE);
  if (line.isTooLong) throw new BadSyntax('response too long');
  if (line.text === '*') throw new Cancelled('the client cancelled');
  return decode(line.text);
}

function decode(text: string): Buffer {
  if (!BASE64.test(text)) throw new BadSyntax('the response is not base64');
  return Buffer.from(text, 'base64');
}
