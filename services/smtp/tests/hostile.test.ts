// Whatever comes over the wire: the process lives, other sessions are served, and nothing is kept.
import { once } from 'node:events';
import { connect } from 'node:net';
import * as fc from 'fast-check';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from './client.ts';
import { filesIn, type SmtpHarness, startSmtp } from './harness.ts';

let smtp: SmtpHarness;
beforeAll(async () => {
  smtp = await startSmtp({ limits: { idleMs: 2000 } });
});
afterAll(() => smtp[Symbol.asyncDispose]());

/** Sends the bytes, ends or resets the connection, and waits until the server has let go of it. */
async function throwAt(port: number, bytes: Buffer, isReset: boolean): Promise<void> {
  const socket = connect({ port, host: smtp.host });
  socket.on('error', () => {});
  socket.resume();
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  socket.write(bytes);
  if (isReset) socket.resetAndDestroy();
  else socket.end();
  await closed;
}

async function expectService(): Promise<void> {
  const client = await Client.greeted(smtp.ports.mx);
  expect((await client.send('a@remote.test', 'anna@demo.test', 'Subject: x\r\n')).code).toBe(250);
  client.close();
}

const pieces = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom(
        'EHLO x\r\n',
        'HELO \0\r\n',
        'MAIL FROM:<a@b.test> SIZE=99999999999999999999\r\n',
        'MAIL FROM:<a@b.test>\r\n',
        'RCPT TO:<anna@demo.test>\r\n',
        'RCPT TO:<"\\"@x>\r\n',
        'DATA\r\n',
        'BDAT 0\r\n',
        'BDAT 40\r\n',
        'BDAT 3 LAST\r\n',
        'BDAT x\r\n',
        'AUTH SCRAM-SHA-256\r\n',
        '.\r\n',
        '\r\n.\r\n',
        'AUTH PLAIN\r\n',
        'AUTH LOGIN =\r\n',
        'AUTH PLAIN AAAA\r\n',
        '*\r\n',
        'STARTTLS\r\n',
        'RSET\r\n',
        `${'x'.repeat(13_000)}\r\n`,
        '\r',
        '\n',
      )
      .map((text) => Buffer.from(text)),
  ),
  { maxLength: 25 },
);

test('garbage, half commands, early ends and resets on every port', async () => {
  const { mx, submission, smtps } = smtp.ports;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(mx, submission, smtps),
      pieces,
      fc.boolean(),
      async (port, parts, isReset) => {
        await throwAt(port, Buffer.concat(parts), isReset);
      },
    ),
    { numRuns: 150 },
  );
  await expectService();
  expect(filesIn(smtp.spoolDirectory)).toEqual([]);
}, 60_000);

test('a client that sends commands and never reads the replies is held back, not buffered for', async () => {
  const socket = connect({ port: smtp.ports.mx, host: smtp.host });
  socket.on('error', () => {});
  socket.pause();
  await once(socket, 'connect');
  const flood = Buffer.from('VRFY a\r\n'.repeat(10_000));
  for (let count = 0; count < 200; count++) socket.write(flood);
  await expectService();
  socket.destroy();
});

test('a mail that is never finished frees its memory and its file when the client is silent', async () => {
  const clients = await Promise.all(Array.from({ length: 5 }, () => Client.greeted(smtp.ports.mx)));
  for (const client of clients) {
    await client.begin('a@remote.test', 'anna@demo.test');
    client.write(Buffer.alloc(3_000_000, 'x'));
  }
  for (const client of clients) expect((await client.reply()).text).toMatch(/^421 4\.4\.2 /);
  await eventually(() => expect(filesIn(smtp.spoolDirectory)).toEqual([]));
  await expectService();
});
