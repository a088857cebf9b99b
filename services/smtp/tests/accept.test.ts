// One mail, from the client to the rows: what is stored is what was sent, with the trace in front.
import { createHash } from 'node:crypto';
import { certificatePem, eventually } from '@pochtar/testkit';
import { createTransport } from 'nodemailer';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { filesIn, type SmtpHarness, startSmtp, type StoredMail } from './harness.ts';

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

async function theMail(): Promise<StoredMail> {
  const mails = await smtp.mails();
  expect(mails).toHaveLength(1);
  return mails[0] as StoredMail;
}

/** The stored bytes behind our Return-Path and Received. */
function sentPart({ bytes }: StoredMail): string {
  const text = bytes.toString('latin1');
  const trace = /^Return-Path: <[^\r]*>\r\nReceived: [^\r]*(?:\r\n[ \t][^\r]*)*\r\n/.exec(text)?.[0];
  expect(trace).toBeDefined();
  return text.slice(trace?.length);
}

describe('a mail of a stranger', () => {
  test('is stored byte for byte behind Return-Path and Received, with its envelope in the rows', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    await client.say('MAIL FROM:<Stranger@remote.test> BODY=8BITMIME RET=FULL ENVID=a+2Bb');
    await client.say('RCPT TO:<anna@demo.test> NOTIFY=DELAY,FAILURE ORCPT=rfc822;Anna@demo.test');
    await client.say('RCPT TO:<Office@demo.test>');
    await client.say('DATA');
    const content = 'Subject: x\r\nFrom: a@b\r\n\r\n..dots\r\n.\r\ntwo\xff\r\n';
    client.write(Buffer.from(`${content.replace(/^\./gm, '..')}.\r\n`, 'latin1'));
    const answer = await client.reply();
    client.close();
    const mail = await theMail();
    expect(answer.text).toBe(`250 2.0.0 queued as ${mail.id}`);
    expect(mail).toMatchObject({
      reversePath: 'Stranger@remote.test',
      origin: 'incoming',
      protocol: 'ESMTP',
      helo: 'client.test',
      body: '8BITMIME',
      dsnReturn: 'FULL',
      dsnEnvelopeId: 'a+2Bb',
      slip: ['dkim'],
      step: 'dkim',
      accountId: null,
      clientAddress: '127.0.0.1',
      removed: null,
    });
    expect(mail.recipients).toEqual([
      {
        address: 'anna@demo.test',
        accountId: expect.any(Number),
        notify: 'FAILURE,DELAY',
        originalRecipient: 'rfc822;Anna@demo.test',
      },
      { address: 'office@demo.test', accountId: null, notify: null, originalRecipient: null },
    ]);
    expect(sentPart(mail)).toBe(content);
    expect(mail.bytes.toString('latin1')).toMatch(
      /^Return-Path: <Stranger@remote\.test>\r\nReceived: from client\.test \(\[127\.0\.0\.1\]\)\s+by mx\.demo\.test\s+with ESMTP\s+id\s+[0-9a-f-]{36};/,
    );
    const [row] = await smtp.db.query<{ sha256: Buffer; length: number; envelope: string }>({
      text: 'select sha256, length, envelope from store.content',
    });
    expect(row?.sha256.equals(createHash('sha256').update(mail.bytes).digest())).toBe(true);
    expect([row?.length, mail.size]).toEqual([mail.bytes.length, mail.bytes.length]);
    expect(row?.envelope).toContain('"x"');
  });

  test('RFC 5321 §7.2: Received names the recipient only where there is one', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    await client.send('a@remote.test', 'anna@demo.test', 'Subject: x\r\n');
    client.close();
    expect((await theMail()).bytes.toString('latin1')).toContain('for <anna@demo.test>');
  });

  test('RFC 8601 §5: Authentication-Results in our name, and a Return-Path, are shown to no reader', async () => {
    const forged = 'Authentication-Results: mx.demo.test; spf=pass\r\n';
    const client = await Client.greeted(smtp.ports.mx);
    const content = `Subject: x\r\n${forged}Authentication-Results: other.test; none\r\nReturn-Path: <x@y>\r\n\r\ntext\r\n`;
    await client.send('a@remote.test', 'anna@demo.test', content.slice(0, -2));
    client.close();
    const mail = await theMail();
    const text = mail.bytes.toString('latin1');
    const removed = mail.removed ?? [];
    expect(text.slice(removed[0], removed[1])).toBe(forged);
    expect(text.slice(removed[2], removed[3])).toBe('Return-Path: <x@y>\r\n');
    expect(mail.size).toBe(mail.bytes.length - forged.length - 'Return-Path: <x@y>\r\n'.length);
  });

  test('RFC 8601 §5: Authentication-Results in the name of a hosted domain are shown to no reader either', async () => {
    const forged = ['demo.test', 'mail.demo.test', 'DEMO.test.', 'mx.demo.test.'].map(
      (name) => `Authentication-Results: ${name}; dmarc=pass\r\n`,
    );
    const client = await Client.greeted(smtp.ports.mx);
    const content = `Subject: x\r\n${forged.join('')}Authentication-Results: demo.test.other.test; none\r\n\r\ntext`;
    expect((await client.send('a@remote.test', 'anna@demo.test', content)).code).toBe(250);
    client.close();
    const mail = await theMail();
    expect(mail.removed).toHaveLength(2);
    expect(mail.bytes.toString().slice(mail.removed?.[0], mail.removed?.[1])).toBe(forged.join(''));
  });

  test('whose header is longer than what is kept of it is taken as it is, without what claims to be ours', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    const junk = 'X-Junk: 0123456789\r\n'.repeat(20_000);
    const forged = 'Authentication-Results: mx.demo.test; dmarc=pass\r\n';
    const content = `${junk}Subject: late\r\n${forged}${junk}\r\ntext`;
    expect((await client.send('a@remote.test', 'anna@demo.test', content)).code).toBe(250);
    const mail = await theMail();
    expect(mail.bytes.toString().endsWith(`${content}\r\n`)).toBe(true);
    expect(mail.bytes.toString().slice(mail.removed?.[0], mail.removed?.[1])).toBe(forged);
    expect(mail.removed).toHaveLength(2);
    client.close();
  });

  test('whose header claims our marks at thousands of places is refused, at one place it is taken', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    const marks = 'X-Pochtar-a:\r\n'.repeat(13_000);
    expect((await client.send('a@remote.test', 'anna@demo.test', `Subject: x\r\n${marks}`)).code).toBe(250);
    expect((await theMail()).removed).toHaveLength(2);
    const between = 'X-Pochtar-a:\r\nb: c\r\n'.repeat(5000);
    const answer = await client.send('a@remote.test', 'anna@demo.test', `Subject: x\r\n${between}`);
    expect(answer.text).toMatch(/^554 5\.6\.0 too many header fields that only this server writes/);
    client.close();
  });

  test('to a remote recipient by a login keeps the case of the local part (RFC 5321 §2.4)', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    await client.say(`AUTH PLAIN ${Buffer.from(`\0anna\0${smtp.password}`).toString('base64')}`);
    await client.send('anna@demo.test', 'SomeOne@Elsewhere.test', 'From: anna@demo.test\r\n');
    client.close();
    expect((await theMail()).recipients[0]?.address).toBe('SomeOne@elsewhere.test');
  });

  test('larger than memory holds goes through the spool directory, which is empty afterwards', async () => {
    const line = `${'0123456789abcdef'.repeat(4)}\r\n`;
    const content = `Subject: large\r\n\r\n${line.repeat(50_000)}`;
    const client = await Client.greeted(smtp.ports.mx);
    const answer = await client.send('a@remote.test', 'anna@demo.test', content.slice(0, -2));
    client.close();
    expect(answer.code).toBe(250);
    expect(sentPart(await theMail())).toBe(content);
    expect(filesIn(smtp.spoolDirectory)).toEqual([]);
  });

  test('that breaks off leaves nothing behind', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    await client.begin('a@remote.test', 'anna@demo.test');
    client.write(`Subject: half\r\n\r\n${'x'.repeat(70).concat('\r\n').repeat(30_000)}`);
    await new Promise<void>((resolve) => client.socket.end(() => resolve()));
    const whole = await Client.greeted(smtp.ports.mx);
    expect((await whole.send('a@remote.test', 'anna@demo.test', 'Subject: whole\r\n')).code).toBe(250);
    whole.close();
    expect(sentPart(await theMail())).toContain('whole');
    await eventually(() => expect(filesIn(smtp.spoolDirectory)).toEqual([]));
  });
});

describe('nodemailer as a client', () => {
  test('submits over implicit TLS, and the mail is on record as submitted by the login', async () => {
    const transport = createTransport({
      host: smtp.host,
      port: smtp.ports.smtps,
      secure: true,
      auth: { user: 'anna@demo.test', pass: smtp.password },
      tls: { ca: certificatePem, servername: 'localhost' },
    });
    const info = await transport.sendMail({
      from: 'Anna <anna@demo.test>',
      to: 'boris@demo.test, someone@elsewhere.test',
      subject: 'Привет',
      text: 'строка\n.\n..\n',
      attachments: [{ filename: 'a.bin', content: Buffer.alloc(2_000_000, 7) }],
    });
    transport.close();
    expect(info.rejected).toEqual([]);
    const mail = await theMail();
    expect(mail).toMatchObject({ origin: 'submitted', protocol: 'ESMTPSA', accountId: expect.any(Number) });
    expect(mail.bytes.toString('latin1', 0, 500)).toMatch(
      /\(using TLSv1\.3\s+with\s+cipher\s+TLS_[A-Z0-9_]+\)/,
    );
  });

  test('upgrades with STARTTLS and sends 8-bit text to a UTF-8 address', async () => {
    const transport = createTransport({
      host: smtp.host,
      port: smtp.ports.submission,
      requireTLS: true,
      auth: { user: 'boris', pass: smtp.password },
      tls: { ca: certificatePem, servername: 'localhost' },
    });
    await transport.sendMail({
      envelope: { from: 'boris@demo.test', to: ['почта@пример.test'] },
      from: 'boris@demo.test',
      to: 'почта@пример.test',
      text: 'x',
    });
    transport.close();
    const mail = await theMail();
    expect(mail).toMatchObject({ protocol: 'UTF8SMTPSA', smtpUtf8: true });
    expect(mail.recipients[0]?.address).toBe('почта@xn--e1afmkfd.test');
  });

  test('is refused with a wrong password, and the trace of attempts hears of it', async () => {
    const heard: string[] = [];
    const subscription = smtp.bus.connection.subscribe('auth.failed');
    void (async () => {
      for await (const message of subscription) heard.push(message.string());
    })();
    await smtp.bus.connection.flush();
    const transport = createTransport({
      host: smtp.host,
      port: smtp.ports.submission,
      auth: { user: 'anna@demo.test', pass: 'wrong' },
      tls: { ca: certificatePem, servername: 'localhost' },
    });
    await expect(transport.verify()).rejects.toThrow(/535 5\.7\.8/);
    transport.close();
    await eventually(() => expect(heard).toHaveLength(1));
    expect(JSON.parse(heard[0] ?? '')).toMatchObject({ protocol: 'smtp', login: 'anna@demo.test' });
    subscription.unsubscribe();
  });
});

describe('sizes', () => {
  test('RFC 1870 §6.3: what exceeds the limit is refused at its end, however it came, and nothing is kept', async () => {
    await smtp.set({ sending: { maxMessageSizeMb: 1 } });
    const client = await Client.greeted(smtp.ports.mx);
    const line = `${'x'.repeat(98)}\r\n`;
    const exact = `S: x\r\n\r\n${line.repeat(10_485)}`.padEnd(1024 * 1024 - 2, 'y').concat('\r\n');
    expect((await client.send('a@remote.test', 'anna@demo.test', exact.slice(0, -2))).code).toBe(250);
    const over = await client.send('a@remote.test', 'anna@demo.test', `${exact}z`);
    expect(over.text).toMatch(/^552 5\.3\.4 /);
    const farOver = await client.send('a@remote.test', 'anna@demo.test', line.repeat(60_000));
    expect(farOver.text).toMatch(/^552 5\.3\.4 /);
    expect((await client.send('a@remote.test', 'anna@demo.test', 'S: small\r\n')).code).toBe(250);
    client.close();
    expect(await smtp.mails()).toHaveLength(2);
    expect(filesIn(smtp.spoolDirectory)).toEqual([]);
    await smtp.set({ sending: { maxMessageSizeMb: 50 } });
  });
});
