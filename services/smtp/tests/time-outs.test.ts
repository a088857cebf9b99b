// RFC 5321 §4.5.3.2, the server's side: how long it waits for whom, and that no trickle of octets makes it wait longer. What a
// silent client hears stands in the transcripts of the folder `silence`.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SESSION_LIMITS } from '../src/protocol.ts';
import { Client } from './client.ts';
import { type SmtpHarness, startSmtp } from './harness.ts';

let smtp: SmtpHarness;
beforeAll(async () => {
  // Silence alone ends nothing here.
  smtp = await startSmtp({ limits: { idleMs: 600_000, commandMs: 1500, handshakeMs: 1500 } });
});
afterAll(() => smtp[Symbol.asyncDispose]());

/** What comes while the octets of `text` go out one by one, as often as it takes. */
async function trickled(client: Client, text: string): Promise<string> {
  let at = 0;
  const timer = setInterval(() => client.write(text.charAt(at++ % text.length)), 50);
  try {
    return (await client.reply()).text;
  } finally {
    clearInterval(timer);
    client.close();
  }
}

test('RFC 5321 §4.5.3.2: the times that are granted are none of them shorter than the standard asks', () => {
  const minute = 60_000;
  // §4.5.3.2.5: three minutes between two pieces of a mail.
  expect(SESSION_LIMITS.idleMs).toBeGreaterThanOrEqual(3 * minute);
  // §4.5.3.2.7: five minutes for the next command, silent or not.
  expect(SESSION_LIMITS.idleMs).toBeGreaterThanOrEqual(5 * minute);
  expect(SESSION_LIMITS.commandMs).toBeGreaterThanOrEqual(5 * minute);
  // A mail of the largest size that everybody must take, 64 KiB (§4.5.3.1.7), in blocks of a KiB at three minutes each, is
  // no mail; one in one block and its end is.
  expect(SESSION_LIMITS.dataMs).toBeGreaterThanOrEqual(2 * 3 * minute);
});

test('RFC 5321 §4.5.3.2.7: a command that trickles in is not waited for longer than a silent client', async () => {
  const client = await Client.greeted(smtp.ports.mx);
  expect(await trickled(client, 'NOOP ')).toMatch(/^421 4\.4\.2 command takes too long/);
});

test('RFC 5321 §4.5.3.2.7: nor is the first one, nor one within a mail', async () => {
  const fresh = await Client.open(smtp.ports.mx);
  expect((await fresh.reply()).code).toBe(220);
  expect(await trickled(fresh, 'x')).toMatch(/^421 4\.4\.2 /);
  const within = await Client.greeted(smtp.ports.mx);
  await within.say('MAIL FROM:<a@remote.test>');
  expect(await trickled(within, 'x')).toMatch(/^421 4\.4\.2 /);
});

test('RFC 4954 §4: nor is a response of AUTH, of whatever mechanism', async () => {
  for (const mechanism of ['LOGIN', 'PLAIN']) {
    const client = await Client.greeted(smtp.ports.mx);
    expect((await client.say(`AUTH ${mechanism}`)).code).toBe(334);
    expect(await trickled(client, 'YQ')).toMatch(/^421 4\.4\.2 /);
  }
});

test('RFC 3207 §4: a handshake that trickles in is broken off', async () => {
  const client = await Client.greeted(smtp.ports.mx);
  expect((await client.say('STARTTLS')).code).toBe(220);
  // A record of 16 KiB that never gets whole.
  client.write(Buffer.from([0x16, 0x03, 0x01, 0x40, 0x00]));
  expect(await trickled(client, '\u0000')).toBe('');
});
