// No open relay: the forms of address that testers of relays try, from senders that are forged in all ways, for mails that come
// by DATA, in chunks, and pipelined behind what was refused.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { type SmtpHarness, startSmtp } from './harness.ts';

let smtp: SmtpHarness;
beforeAll(async () => {
  smtp = await startSmtp({ settings: { network: { webmailAddresses: [] } } });
});
afterAll(() => smtp[Symbol.asyncDispose]());

const MAIL = 'Subject: relayed\r\n\r\nhello\r\n';

/** A stranger, nobody, our own, the server, and those who have a postmaster. */
const senders = [
  'a@remote.test',
  '',
  'anna@demo.test',
  'a@localhost',
  'x@[127.0.0.1]',
  'postmaster@demo.test',
];

const recipients = [
  'victim@far.test',
  '"victim@far.test"',
  '"victim%far.test"',
  'victim%far.test@demo.test',
  '"victim@far.test"@demo.test',
  '"victim%far.test"@demo.test',
  'victim@far.test@demo.test',
  'victim@far.test@[127.0.0.1]',
  '"victim@far.test"@[127.0.0.1]',
  'victim%far.test@[127.0.0.1]',
  'far.test!victim',
  'far.test!victim@demo.test',
  'far.test!victim@[127.0.0.1]',
  'demo.test!far.test!victim',
  '@demo.test:victim@far.test',
  '@[127.0.0.1]:victim@far.test',
  '@demo.test,@far.test:victim@elsewhere.test',
  'victim%elsewhere.test@far.test',
  'victim@far.test.',
  'victim@demo.test.far.test',
  'victim@[192.0.2.7]',
  'victim@[IPv6:2001:db8::7]',
  'victim@far.test%00@demo.test',
  'victim@far.test\u0000@demo.test',
  'victim@far.test\t@demo.test',
  'victim',
  'victim@',
] as const;

const stored = async () => smtp.db.query({ text: 'select from queue.recipient' });

/** What ends a mail. */
const ways = {
  DATA: async (client: Client) => {
    const { code, text } = await client.say('DATA');
    expect(code, text).toBe(554);
  },
  BDAT: async (client: Client) => {
    client.write(`BDAT ${MAIL.length} LAST\r\n${MAIL}`);
    const { code, text } = await client.reply();
    expect(code, text).toBe(554);
  },
  'BDAT in two chunks': async (client: Client) => {
    client.write(`BDAT 9\r\n${MAIL.slice(0, 9)}BDAT ${MAIL.length - 9} LAST\r\n${MAIL.slice(9)}`);
    for (const wanted of [554, 503]) {
      const { code, text } = await client.reply();
      expect(code, text).toBe(wanted);
    }
  },
};

describe.each(Object.entries(ways))('by %s', (_, end) => {
  test.each(senders)('MAIL FROM:<%s>: whatever way the recipient is written', async (sender) => {
    // Each in a session of its own: who makes many errors is sent away.
    const tried = recipients.map(async (recipient) => {
      const client = await Client.greeted(smtp.ports.mx);
      expect((await client.say(`MAIL FROM:<${sender}>`)).code).toBe(250);
      const { code, text } = await client.say(`RCPT TO:<${recipient}>`);
      expect(code, `${recipient}: ${text}`).toBeGreaterThanOrEqual(500);
      await end(client);
      client.close();
    });
    await Promise.all(tried);
    expect(await stored()).toEqual([]);
  });
});

test('RFC 2920 §3.1: pipelined, a mail for who is here and who is elsewhere goes to the one alone', async () => {
  const client = await Client.greeted(smtp.ports.mx);
  const envelope = 'MAIL FROM:<a@remote.test>\r\nRCPT TO:<anna@demo.test>\r\nRCPT TO:<victim@far.test>\r\n';
  client.write(`${envelope}BDAT ${MAIL.length} LAST\r\n${MAIL}RCPT TO:<victim@far.test>\r\n`);
  for (const wanted of [250, 250, 550, 250, 503]) {
    const { code, text } = await client.reply();
    expect(code, text).toBe(wanted);
  }
  client.close();
  const rows = await smtp.db.query({ text: 'select address from queue.recipient' });
  expect(rows).toEqual([{ address: 'anna@demo.test' }]);
});

test('a login that failed opens nothing, and the end of one that did not takes its rights along', async () => {
  const failed = await Client.greeted(smtp.ports.mx);
  const wrong = Buffer.from('\0anna@demo.test\0wrong').toString('base64');
  expect((await failed.say(`AUTH PLAIN ${wrong}`)).code).toBe(535);
  expect((await failed.say('MAIL FROM:<anna@demo.test>')).code).toBe(250);
  expect((await failed.say('RCPT TO:<victim@far.test>')).code).toBe(550);
  failed.close();
  const right = Buffer.from(`\0anna@demo.test\0${smtp.password}`).toString('base64');
  const known = await Client.greeted(smtp.ports.mx);
  expect((await known.say(`AUTH PLAIN ${right}`)).code).toBe(235);
  expect((await known.say('MAIL FROM:<anna@demo.test>')).code).toBe(250);
  expect((await known.say('RCPT TO:<victim@far.test>')).code).toBe(250);
  known.close();
  const next = await Client.greeted(smtp.ports.mx);
  expect((await next.say('MAIL FROM:<anna@demo.test>')).code).toBe(250);
  expect((await next.say('RCPT TO:<victim@far.test>')).code).toBe(550);
  next.close();
});
