import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { SocketInput, SocketOutput } from '@pochtar/runtime';
import { expect, test } from 'vitest';
import { readCredentials } from './sasl.ts';

/** What comes of an exchange with a client that sends these lines without waiting. */
async function exchange(mechanism: string, initial: string | null, ...lines: string[]): Promise<unknown> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as { port: number }).port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  try {
    client.write(lines.map((line) => `${line}\r\n`).join(''));
    const channel = { input: new SocketInput(socket), output: new SocketOutput(socket, 1000) };
    const none = (): never => {
      throw new Error('no SCRAM here');
    };
    return await readCredentials(channel, mechanism, initial, none);
  } finally {
    client.destroy();
    socket.destroy();
    server.close();
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const credentials = (authorizationName: string, name: string, password: string) => ({
  kind: 'credentials',
  credentials: { authorizationName, name, password },
});

test.each([
  ['PLAIN', base64('\0anna\0se cret'), [], credentials('', 'anna', 'se cret')],
  ['PLAIN', null, [base64('boris\0анна\0')], credentials('boris', 'анна', '')],
  ['LOGIN', null, [base64('anna'), base64('p')], credentials('', 'anna', 'p')],
  ['LOGIN', base64('anna'), [base64('p')], credentials('', 'anna', 'p')],
])('RFC 4616 §2, RFC 5034 §4: %s with the initial response %s', async (mechanism, initial, lines, wanted) => {
  expect(await exchange(mechanism, initial, ...lines)).toEqual(wanted);
});

test.each([
  ['DIGEST-MD5', null, [], 'unknown'],
  ['PLAIN', null, ['*'], 'cancelled'],
  ['LOGIN', null, [base64('anna'), '*'], 'cancelled'],
  ['PLAIN', '=', [], 'malformed'],
  ['PLAIN', base64('anna'), [], 'malformed'],
  ['PLAIN', base64('\0\0p'), [], 'malformed'],
  ['PLAIN', base64('\0a\0p\0more'), [], 'malformed'],
  ['PLAIN', 'AGFubmE', [], 'malformed'],
  ['PLAIN', null, ['not base64!'], 'malformed'],
  ['PLAIN', null, ['A'.repeat(4100)], 'malformed'],
])('%s %s %j: %s', async (mechanism, initial, lines, kind) => {
  expect(await exchange(mechanism, initial, ...lines)).toMatchObject({ kind });
});
