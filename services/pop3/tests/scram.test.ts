// AUTH SCRAM-SHA-256 (RFC 5802, RFC 7677) in POP3, by the exchange of RFC 5034 §4.
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { eventually, ScramClient } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installation, startInstallation } from './installation.ts';

let pop3: Installation;
beforeAll(async () => {
  pop3 = await startInstallation();
  for (const name of ['anna', 'boris', 'clara']) {
    const password = { password: pop3.password };
    await pop3.talk(`S: +OK *\nC: USER ${name}@demo.test\nS: +OK *\nC: PASS $password\nS: +OK *`, {
      variables: password,
    });
  }
  await eventually(() => {
    if (!pop3.server.scram.isOffered) throw new Error('not everybody has keys yet');
  });
});
afterAll(() => pop3[Symbol.asyncDispose]());

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const plain = (line: string): string => Buffer.from(line.slice(2), 'base64').toString();

/** The last line of the server. */
async function exchange(password: string, isInitial: boolean): Promise<string> {
  const socket = connect(pop3.ports.pop3, pop3.host);
  await once(socket, 'connect');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => String((await lines.next()).value);
  const say = (text: string): Promise<string> => {
    socket.write(`${text}\r\n`);
    return line();
  };
  await line();
  const scram = new ScramClient({ name: 'anna@demo.test', password });
  const first = base64(scram.first());
  if (!isInitial) expect(await say('AUTH SCRAM-SHA-256')).toBe('+ ');
  const challenge = await say(isInitial ? `AUTH SCRAM-SHA-256 ${first}` : first);
  let last = await say(base64(scram.final(plain(challenge))));
  if (last.startsWith('+ ')) {
    expect(scram.isServer(plain(last))).toBe(true);
    last = await say('');
  }
  socket.destroy();
  return last;
}

test.each([true, false])('RFC 5034 §4: with an initial response: %s', async (isInitial) => {
  await eventually(async () => expect(await exchange(pop3.password, isInitial)).toMatch(/^\+OK 0 messages/));
  expect(await exchange('wrong', isInitial)).toMatch(/^-ERR \[AUTH\] /);
});

test('RFC 5034 §3: CAPA names it, inside TLS with channel binding', async () => {
  await pop3.talk('S: +OK *\nC: CAPA\nS: ...\nS: SASL SCRAM-SHA-256 PLAIN LOGIN\nS: ...\nS: .');
  await pop3.talk(
    'S: +OK *\nC: CAPA\nS: ...\nS: SASL SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN\nS: ...\nS: .',
    {
      tls: true,
    },
  );
});
