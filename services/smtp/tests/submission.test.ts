// What a login sends: completed and without what is private, as it is stored.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { type SmtpHarness, startSmtp } from './harness.ts';

let smtp: SmtpHarness;
beforeAll(async () => {
  smtp = await startSmtp();
});
afterAll(() => smtp[Symbol.asyncDispose]());
afterEach(async () => {
  for (const table of ['queue.mail', 'queue.recipient', 'store.content']) {
    await smtp.db.query({ text: `delete from ${table}` });
  }
});

async function submitted(content: string, from = 'anna@demo.test', helo = '[192.0.2.55]'): Promise<string> {
  const client = await Client.greeted(smtp.ports.submission);
  await client.say(`EHLO ${helo}`);
  await client.say(`AUTH PLAIN ${Buffer.from(`\0anna\0${smtp.password}`).toString('base64')}`);
  const answer = await client.send(from, 'boris@demo.test', content);
  client.close();
  expect(answer.text).toMatch(/^250 /);
  const [mail] = await smtp.mails();
  expect(mail?.size).toBe(mail?.bytes.length);
  return mail?.bytes.toString('latin1') ?? '';
}

describe('RFC 6409 §8: a mail of a login', () => {
  test('gets Date, From and Message-ID behind our trace, and what IMAP is told of it is the completed mail', async () => {
    const text = await submitted('To: boris@demo.test\r\nSubject: scan\r\n\r\npage');
    const [id] = (await smtp.mails()).map((mail) => mail.id);
    expect(text.replace(/^Return-Path: [^\r]*\r\nReceived: .*(?:\r\n[ \t].*)*\r\n/, '')).toMatch(
      new RegExp(
        `^Date: \\w{3}, \\d+ .* \\+0000\r\nFrom: anna@demo\\.test\r\nMessage-ID:\\s+<${id}@demo\\.test>\r\nTo: boris`,
      ),
    );
    const [row] = await smtp.db.query<{ envelope: string; headerLength: number; messageId: string }>({
      text: `select envelope, header_length as "headerLength", message_id as "messageId" from store.content`,
    });
    expect(row?.envelope).toContain('"anna" "demo.test"');
    expect(row?.messageId).toContain(`${id}@demo.test`);
    expect(text.slice(row?.headerLength)).toBe('page\r\n');
  });

  test('is completed, and told to nobody who got a blind copy, however long its header', async () => {
    const junk = 'X-Junk: 0123456789\r\n'.repeat(20_000);
    const text = await submitted(`${junk}Bcc: boris@demo.test\r\nSubject: x\r\n\r\ntext`);
    expect(text).toContain(`From: anna@demo.test\r\n`);
    expect(text).not.toContain('Bcc');
    expect(text.endsWith(`${junk}Subject: x\r\n\r\ntext\r\n`)).toBe(true);
  });

  test('keeps what its client wrote', async () => {
    const header =
      'Message-ID: <own@client>\r\nDate: Fri, 27 Nov 2026 01:00:00 +0300\r\nFrom: Anna <office@demo.test>\r\n';
    expect(await submitted(`${header}\r\ntext`)).toContain(`\r\n${header}\r\ntext\r\n`);
  });

  test('has no Bcc when it is stored, so that no recipient is shown it', async () => {
    const text = await submitted(
      'From: anna@demo.test\r\nBcc: secret@example.org,\r\n\tx@y\r\nTo: z@z\r\n\r\nBcc: text',
    );
    expect(text).not.toContain('secret');
    expect(text).toMatch(/From: anna@demo\.test\r\nTo: z@z\r\n\r\nBcc: text\r\n$/);
  });

  test('with the empty path, a read receipt, has the address of the login where it names none', async () => {
    const text = await submitted('Subject: Read: x\r\n\r\n', '');
    expect(text).toMatch(/^Return-Path: <>\r\n/);
    expect(text).toContain('\r\nFrom: anna@demo.test\r\n');
  });

  test('does not tell where its sender is', async () => {
    const text = await submitted('Subject: x\r\n\r\n');
    expect(text).not.toMatch(/127\.0\.0\.1|192\.0\.2\.55/);
    expect(text).toMatch(/Received: from localhost by mx\.demo\.test with ESMTPA/);
  });

  test('of a login is completed on port 25 too', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    await client.say(`AUTH PLAIN ${Buffer.from(`\0anna\0${smtp.password}`).toString('base64')}`);
    expect((await client.send('anna@demo.test', 'x@far.test', 'Subject: x\r\n')).code).toBe(250);
    client.close();
    expect((await smtp.mails())[0]?.bytes.toString()).toMatch(/\r\nMessage-ID:/);
  });
});

describe('a mail of nobody who has logged in', () => {
  test('is neither completed nor robbed of a field, a white-listed host included', async () => {
    await smtp.setLists({ white: ['127.0.0.0/8'] });
    const client = await Client.greeted(smtp.ports.mx);
    const sent = 'Subject: x\r\nBcc: y@z\r\n\r\n';
    expect((await client.send('a@remote.test', 'x@far.test', sent)).code).toBe(250);
    client.close();
    await smtp.setLists({});
    expect((await smtp.mails())[0]?.bytes.toString()).toMatch(
      /\+0000\r\nSubject: x\r\nBcc: y@z\r\n\r\n\r\n$/,
    );
  });

  test('RFC 5321 §4.4: what is no name is not written into Received', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    await client.say('EHLO <script>alert(1)</script>;(x) by y');
    expect((await client.send('a@remote.test', 'anna@demo.test', 'Subject: x\r\n')).code).toBe(250);
    client.close();
    const [mail] = await smtp.mails();
    expect(mail?.bytes.toString()).toMatch(
      /Received: from \[127\.0\.0\.1\] \(\[127\.0\.0\.1\]\) by mx\.demo\.test/,
    );
    expect(mail?.helo).toBe('<script>alert(1)</script>;(x) by y');
  });
});
