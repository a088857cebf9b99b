// Mails in chunks (RFC 3030): what is stored is what was sent, and what is refused leaves nothing behind.
import { randomBytes } from 'node:crypto';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from './client.ts';
import { filesIn, type SmtpHarness, startSmtp } from './harness.ts';

let smtp: SmtpHarness;
beforeAll(async () => {
  smtp = await startSmtp({ settings: { sending: { maxMessageSizeMb: 2 } } });
});
afterAll(() => smtp[Symbol.asyncDispose]());

async function begun(): Promise<Client> {
  const client = await Client.greeted(smtp.ports.mx);
  await client.say('MAIL FROM:<a@remote.test>');
  await client.say('RCPT TO:<anna@demo.test>');
  return client;
}

async function chunk(client: Client, octets: Buffer | string, isLast = false): Promise<string> {
  const bytes = Buffer.from(octets as string);
  client.write(`BDAT ${bytes.length}${isLast ? ' LAST' : ''}\r\n`);
  client.write(bytes);
  return (await client.reply()).text;
}

/** Behind our own fields. */
async function lastPayload(): Promise<string> {
  const text = (await smtp.mails()).at(-1)?.bytes.toString('latin1') ?? '';
  return text.slice(text.indexOf('Subject: '));
}

test('RFC 3030 §2: a mail is its chunks, octet by octet, however it is cut and pipelined', async () => {
  const lines = Array.from({ length: 2000 }, () => `.${randomBytes(30).toString('base64')}\r\n`).join('');
  const content = Buffer.from(`Subject: cut\r\n\r\n..\r\n.\r\n${lines}`);
  const client = await begun();
  const pieces: Buffer[] = [];
  let chunks = 0;
  for (let at = 0; at < content.length; chunks++) {
    const octets = content.subarray(at, (at += 1 + ((chunks * 977) % 5000)));
    pieces.push(Buffer.from(`BDAT ${octets.length}\r\n`), octets);
  }
  client.write(Buffer.concat([...pieces, Buffer.from('BDAT 0 LAST\r\n')]));
  for (let left = chunks; left > 0; left--)
    expect((await client.reply()).text).toMatch(/^250 2\.0\.0 \d+ octets/);
  expect((await client.reply()).text).toMatch(/^250 2\.0\.0 queued as /);
  expect(await lastPayload()).toBe(content.toString('latin1'));
  client.close();
});

test('RFC 5321 §2.3.8: a last line without its end gets one; what has one stays as it is', async () => {
  const client = await begun();
  await chunk(client, 'Subject: x\r\n\r\nab');
  expect(await chunk(client, 'c', true)).toMatch(/^250/);
  expect(await lastPayload()).toBe('Subject: x\r\n\r\nabc\r\n');
  client.close();
});

test('RFC 1870 §6.3: what grows beyond the largest size is refused at that chunk, and the rest of it read', async () => {
  const client = await begun();
  const half = Buffer.alloc(1024 * 1024, 'x\r\n');
  expect(await chunk(client, Buffer.concat([Buffer.from('Subject: x\r\n\r\n'), half]))).toMatch(/^250/);
  expect(await chunk(client, half)).toMatch(/^552 5\.3\.4/);
  expect(await chunk(client, half, true)).toMatch(/^503 5\.5\.1/);
  // RFC 3030 §2: and the session goes on.
  expect((await client.say('MAIL FROM:<a@remote.test>')).code).toBe(250);
  client.close();
});

test('what began and does not end leaves nothing behind', async () => {
  const before = (await smtp.mails()).length;
  const large = Buffer.alloc(1024 * 1024, 'x\r\n');
  const [reset, gone] = [await begun(), await begun()];
  for (const client of [reset, gone])
    await chunk(client, Buffer.concat([Buffer.from('Subject: x\r\n\r\n'), large]));
  await reset.say('RSET');
  gone.write('BDAT 100 LAST\r\nhalf of it');
  gone.close();
  await eventually(() => expect(filesIn(smtp.spoolDirectory)).toEqual([]));
  expect((await reset.say('NOOP')).code).toBe(250);
  expect(await smtp.mails()).toHaveLength(before);
  reset.close();
});

test('bare line ends of who is trusted are made whole, over the borders of chunks', async () => {
  await smtp.setLists({ white: ['127.0.0.0/8'] });
  const client = await begun();
  await chunk(client, 'Subject: x\n\nab\r');
  expect(await chunk(client, '\ncd\r', true)).toMatch(/^250/);
  expect(await lastPayload()).toBe('Subject: x\r\n\r\nab\r\ncd\r\n');
  client.close();
  await smtp.setLists({});
});

test('a process that stops takes the mail that is coming in chunks', async () => {
  const client = await begun();
  await chunk(client, 'Subject: last\r\n\r\n');
  const stopping = smtp.stop();
  expect(await chunk(client, 'text\r\n', true)).toMatch(/^250 2\.0\.0 queued/);
  expect(await lastPayload()).toContain('last');
  client.close();
  await stopping;
});
