// Refusals that no transcript has, since what is refused is long or something of ours has to fail first: as they come over the
// wire, and that the session goes on behind each.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { type SmtpHarness, startSmtp } from './harness.ts';

let smtp: SmtpHarness;
beforeAll(async () => {
  smtp = await startSmtp();
});
afterAll(() => smtp[Symbol.asyncDispose]());

const plain = () => Buffer.from(`\0anna@demo.test\0${smtp.password}`).toString('base64');

async function goesOn(client: Client): Promise<void> {
  expect((await client.say('NOOP')).code).toBe(250);
  client.close();
}

describe('the envelope', () => {
  test.each([
    ['RFC 5321 §4.1.1.2: no colon', 'MAIL FROM <a@remote.test>', '501 5.5.2 syntax: MAIL FROM:<address>'],
    ['RFC 5321 §4.1.1.2: no path', 'MAIL FROM:', '501 5.1.7 bad sender address'],
    [
      'RFC 5321 §4.1.2: a parameter without a name',
      'MAIL FROM:<a@remote.test> =8',
      '501 5.5.4 bad parameter',
    ],
    [
      'RFC 5321 §4.1.2: a parameter of other signs',
      'MAIL FROM:<a@remote.test> SI_ZE=8',
      '501 5.5.4 bad parameter',
    ],
    [
      'RFC 1870 §4: a size that is none',
      'MAIL FROM:<a@remote.test> SIZE=x',
      '501 5.5.4 bad value of the parameter SIZE',
    ],
  ])('%s', async (_, line, wanted) => {
    const client = await Client.greeted(smtp.ports.mx);
    expect((await client.say(line)).text).toBe(wanted);
    await goesOn(client);
  });
});

const header = 'From: a@remote.test\r\nSubject: x\r\n';
const longLine = `${'x'.repeat(65 * 1024)}\r\n`;
const contents: readonly [rule: string, content: string, wanted: RegExp][] = [
  [
    'RFC 5321 §6.3: a loop',
    `${'Received: from a by b; Fri, 27 Nov 2026 01:00:00 +0000\r\n'.repeat(51)}${header}\r\nx\r\n`,
    /^554 5\.4\.6 too many hops/,
  ],
  [
    'a line that is no text any more',
    `${header}\r\n${longLine}`,
    /^554 5\.6\.0 line longer than 65536 octets/,
  ],
  [
    'a header that hides who it is from',
    `${`X: ${'y'.repeat(900)}\r\n`.repeat(2500)}${header}\r\nx\r\n`,
    /^554 5\.6\.0 header too large/,
  ],
  [
    'RFC 5322 §2.2.3: a first line that would go on our own field',
    ` folded\r\n${header}\r\nx\r\n`,
    /^554 5\.6\.0 the header must not begin with a blank/,
  ],
  ['RFC 5322 §2.2: NUL', `${header}\r\na\0b\r\n`, /^550 5\.6\.11 NUL octet/],
];

describe.each(['DATA', 'BDAT'] as const)('the content, by %s', (way) => {
  test.each(contents)('%s', async (_, content, wanted) => {
    const client = await Client.greeted(smtp.ports.mx);
    await client.say('MAIL FROM:<a@remote.test>');
    await client.say('RCPT TO:<anna@demo.test>');
    if (way === 'DATA') await client.say('DATA');
    else client.write(`BDAT ${Buffer.byteLength(content)} LAST\r\n`);
    client.write(content);
    if (way === 'DATA') client.write('.\r\n');
    expect((await client.reply()).text).toMatch(wanted);
    await goesOn(client);
    expect(await smtp.mails()).toEqual([]);
  });

  test('RFC 6409 §6.1: a From of a login that nobody reads to its end', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    expect((await client.say(`AUTH PLAIN ${plain()}`)).code).toBe(235);
    const content = `From: ${randomBytes(9000).toString('hex').replace(/.{60}/g, '$& ')} <anna@demo.test>\r\n\r\nx\r\n`;
    await client.say('MAIL FROM:<anna@demo.test>');
    await client.say('RCPT TO:<anna@demo.test>');
    if (way === 'DATA') await client.say('DATA');
    else client.write(`BDAT ${content.length} LAST\r\n`);
    client.write(content);
    if (way === 'DATA') client.write('.\r\n');
    expect((await client.reply()).text).toMatch(/^550 5\.6\.0 the From field is longer than 16384 octets/);
    await goesOn(client);
  });
});

describe('what fails here', () => {
  test('RFC 4954 §6: a log-in that cannot be looked up is put off, and is no failure of the client', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    await smtp.db.query({ text: 'alter table directory.account rename to away' });
    try {
      expect((await client.say(`AUTH PLAIN ${plain()}`)).text).toMatch(/^454 4\.7\.0 temporary trouble/);
    } finally {
      await smtp.db.query({ text: 'alter table directory.away rename to account' });
    }
    expect((await client.say(`AUTH PLAIN ${plain()}`)).code).toBe(235);
    expect(await smtp.db.query({ text: 'select from lists.login_failure' })).toEqual([]);
    client.close();
  });

  test('RFC 3207 §4: without a certificate STARTTLS is answered with 454, and the session goes on', async () => {
    await using bare = await startSmtp();
    await bare.db.query({ text: 'delete from settings.certificate' });
    await using _ = await bare.startReplica();
    await bare.stop();
    const client = await Client.greeted(bare.ports.mx);
    expect((await client.say('STARTTLS')).text).toMatch(/^454 4\.7\.0 TLS is not available/);
    await goesOn(client);
  });
});
