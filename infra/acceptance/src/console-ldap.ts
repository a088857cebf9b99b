// A search in the address book as a mail client sends it. RFC 4511, in as few bytes as it takes.
import { once } from 'node:events';
import { connect } from 'node:net';
import { eventually } from '@pochtar/testkit';

const element = (tag: number, ...parts: (Buffer | string)[]): Buffer => {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
};
const number = (tag: number, value: number): Buffer => element(tag, Buffer.from([value]));
const message = (id: number, operation: Buffer): Buffer => element(0x30, number(0x02, id), operation);

/** Everybody who has an address, under a base. */
function searchRequest(base: string): Buffer {
  const scope = [number(0x0a, 2), number(0x0a, 0), number(0x02, 0), number(0x02, 0), number(0x01, 0)];
  return element(0x63, element(0x04, base), ...scope, element(0x87, 'mail'), element(0x30));
}

export interface LdapLogin {
  address: string;
  password: string;
}

/** What comes back, as text; `refused` when nobody listens. */
export async function search(port: number, base: string, login?: LdapLogin): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  let answer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    answer = Buffer.concat([answer, chunk]);
  });
  try {
    await once(socket, 'connect');
    if (login !== undefined) {
      const parts = [element(0x04, login.address), element(0x80, login.password)];
      socket.write(message(1, element(0x60, number(0x02, 3), ...parts)));
      await eventually(() => operations(answer).includes(0x61));
    }
    socket.write(message(2, searchRequest(base)));
    await eventually(() => operations(answer).includes(0x65));
    return answer.toString('latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return 'refused';
    throw error;
  } finally {
    socket.destroy();
  }
}

/** The kinds of the messages that have come in whole. */
function operations(bytes: Buffer): number[] {
  const kinds: number[] = [];
  for (let at = 0; at + 6 < bytes.length; ) {
    const first = bytes[at + 1] ?? 0;
    const extra = first < 128 ? 0 : first & 127;
    const length = extra === 0 ? first : bytes.readUIntBE(at + 2, extra);
    const start = at + 2 + extra;
    if (start + length > bytes.length) break;
    // Behind the number of the message.
    kinds.push(bytes[start + 2 + (bytes[start + 1] ?? 0)] ?? 0);
    at = start + length;
  }
  return kinds;
}
