// Forward-confirmed reverse DNS and the entries of domains, as they act on strangers and stand with their mail.
import { listEntries } from '@pochtar/store/lists';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Client } from './client.ts';
import { type SmtpHarness, startSmtp } from './harness.ts';

const AGREES = '198.51.100.1';
const DIFFERS = '198.51.100.2';
const NAMELESS = '198.51.100.3';
const BROKEN = '198.51.100.4';
let smtp: SmtpHarness;

beforeAll(async () => {
  smtp = await startSmtp({
    settings: {
      network: { trustedProxies: ['127.0.0.1'] },
      dkim: { verify: false },
      dnsbl: { zones: [] },
    },
  });
  const { dns } = smtp;
  dns.setReverse(AGREES, 'mx.remote.test');
  dns.set('mx.remote.test', 'A', AGREES);
  dns.setReverse(DIFFERS, 'mx.remote.test');
  dns.fail('4.100.51.198.in-addr.arpa', 'SERVFAIL');
});
afterAll(() => smtp[Symbol.asyncDispose]());
afterEach(async () => {
  await smtp.setLists({});
  await smtp.set({ reverseDns: { mode: 'tag' } });
});

async function stranger(address: string): Promise<Client> {
  const client = await Client.proxied(smtp.ports.mx, address);
  await client.reply();
  await client.say('EHLO client.test');
  return client;
}

async function recipientReply(address: string): Promise<string> {
  const client = await stranger(address);
  await client.say('MAIL FROM:<a@remote.test>');
  const { text } = await client.say('RCPT TO:<anna@demo.test>');
  client.close();
  return text;
}

test.each([
  ['off', [250, 250, 250, 250]],
  ['tag', [250, 250, 250, 250]],
  ['defer', [250, 451, 451, 451]],
  ['reject', [250, 550, 550, 451]],
] as const)('refuses by its mode, at RCPT: %s', async (mode, codes) => {
  await smtp.set({ reverseDns: { mode } });
  const replies = await Promise.all([AGREES, DIFFERS, NAMELESS, BROKEN].map(recipientReply));
  expect(replies.map((text) => Number(text.slice(0, 3)))).toEqual(codes);
  for (const text of replies.filter((one) => !one.startsWith('250')))
    expect(text).toMatch(/^\d+ [45]\.7\.25 /);
});

test('a change of the mode counts in an open session, and is reported as applied', async () => {
  const client = await stranger(DIFFERS);
  await client.say('MAIL FROM:<a@remote.test>');
  expect((await client.say('RCPT TO:<anna@demo.test>')).code).toBe(250);
  const [report] = await smtp.set({ reverseDns: { mode: 'reject' } });
  expect(report?.error).toBeNull();
  expect((await client.say('RCPT TO:<anna@demo.test>')).code).toBe(550);
  client.close();
});

test('nobody is looked up who has logged in, is white-listed, private, or on a submission port', async () => {
  await smtp.set({ reverseDns: { mode: 'reject' } });
  await smtp.setLists({ white: [NAMELESS, '@friend.test'] });
  smtp.dns.queries.length = 0;
  expect(await recipientReply(NAMELESS)).toMatch(/^250/);
  expect(await recipientReply('10.0.0.9')).toMatch(/^250/);
  const submission = await Client.proxied(smtp.ports.submission, DIFFERS);
  await submission.reply();
  await submission.say('EHLO client.test');
  const plain = Buffer.from(`\0anna@demo.test\0${smtp.password}`).toString('base64');
  expect((await submission.say(`AUTH PLAIN ${plain}`)).code).toBe(235);
  await submission.say('MAIL FROM:<anna@demo.test>');
  expect((await submission.say('RCPT TO:<boris@demo.test>')).code).toBe(250);
  submission.close();
  expect(smtp.dns.queries).toEqual([]);
});

test('questions about the same address are asked once in a while', async () => {
  smtp.dns.setReverse('198.51.100.30', 'mx30.remote.test');
  smtp.dns.set('mx30.remote.test', 'A', '198.51.100.30');
  smtp.dns.queries.length = 0;
  for (let sessions = 0; sessions < 4; sessions++) await recipientReply('198.51.100.30');
  expect(smtp.dns.queries.filter((query) => query.includes('30'))).toEqual([
    'ptr 30.100.51.198.in-addr.arpa',
    'a mx30.remote.test',
  ]);
});

test.each([
  [AGREES, 'pass', `from client\\.test \\(mx\\.remote\\.test \\[${AGREES}\\]\\)`],
  [DIFFERS, 'fail', `from client\\.test \\(\\[${DIFFERS}\\]\\)`],
  [NAMELESS, 'permerror', `from client\\.test \\(\\[${NAMELESS}\\]\\)`],
  [BROKEN, 'temperror', `from client\\.test \\(\\[${BROKEN}\\]\\)`],
])('RFC 8601 §2.7.3: what was found of %s is kept with its mail: iprev=%s', async (address, result, from) => {
  const client = await stranger(address);
  const forged = 'Authentication-Results: mx.demo.test; iprev=pass policy.iprev=192.0.2.1\r\n';
  expect((await client.send('a@remote.test', 'anna@demo.test', `${forged}Subject: x\r\n`)).code).toBe(250);
  client.close();
  const mail = (await smtp.mails()).at(-1);
  const text = mail?.bytes.toString() ?? '';
  const unfolded = text.replace(/\r\n[ \t]+/g, ' ');
  expect(unfolded).toMatch(
    new RegExp(
      `^Return-Path: <a@remote\\.test>\r\nAuthentication-Results: mx\\.demo\\.test; iprev=${result} ` +
        `policy\\.iprev=${RegExp.escape(address)}\r\nReceived: ${from} by mx\\.demo\\.test `,
    ),
  );
  // RFC 8601 §5: what the mail brought in our name is shown to nobody; ours is.
  const at = text.indexOf(forged);
  expect(mail?.removed).toEqual([at, at + forged.length]);
  const rows = await smtp.db.query<{ iprev: string }>({
    text: 'select iprev from queue.mail where id = $1',
    values: [mail?.id],
  });
  expect(rows).toEqual([{ iprev: result }]);
});

test('while it is off nothing of it stands with a mail', async () => {
  await smtp.set({ reverseDns: { mode: 'off' } });
  smtp.dns.queries.length = 0;
  const client = await stranger(AGREES);
  await client.send('a@remote.test', 'anna@demo.test', 'Subject: x\r\n');
  client.close();
  expect((await smtp.mails()).at(-1)?.bytes.toString()).not.toContain('iprev');
  expect(smtp.dns.queries).toEqual([]);
});

test('hits of domain entries are counted, in both lists', async () => {
  await smtp.setLists({ black: ['remote.test'] });
  expect(await recipientReply(AGREES)).toMatch(/^554 5\.7\.1/);
  expect(await recipientReply(DIFFERS)).toMatch(/^250/);
  const hits = async (list: 'white' | 'black') =>
    (await listEntries(smtp.db, list, {}, { limit: 10 })).map((entry) => `${entry.value} ${entry.hits}`);
  await eventually(async () => expect(await hits('black')).toEqual(['remote.test 1']));
  await smtp.setLists({ white: ['mx.remote.test'], black: ['@remote.test'] });
  // The sender's own name is closer than its host's.
  expect(await recipientReply(AGREES)).toMatch(/^554/);
  await smtp.setLists({ white: ['mx.remote.test'], black: ['test'] });
  await smtp.set({ reverseDns: { mode: 'reject' } });
  expect(await recipientReply(AGREES)).toMatch(/^250/);
  await eventually(async () => expect(await hits('white')).toEqual(['mx.remote.test 1']));
});
