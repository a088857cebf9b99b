// Two processes behind something that hides where clients come from: everybody has one local address.
import { guardChanged, type GuardChanged } from '@pochtar/bus';
import { confirmClient, loginFailed, revokeConfirmation } from '@pochtar/store/lists';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from './client.ts';
import { type SmtpHarness, startSmtp } from './harness.ts';

const ADDRESS = '127.0.0.1';
let smtp: SmtpHarness;
const told: GuardChanged[] = [];

beforeAll(async () => {
  smtp = await startSmtp({ settings: { network: { webmailAddresses: [] } } });
  smtp.bus.subscribe(guardChanged, (change) => void told.push(change));
  await smtp.bus.connection.flush();
  await smtp.startReplica();
  await smtp.setLists({ white: ['127.0.0.0/8'] });
});
afterAll(() => smtp[Symbol.asyncDispose]());

/** What a session of its own says to a mail for the outside; the kernel shares sessions out among the processes. */
async function relaying(
  port = smtp.ports.mx,
  prepare?: (client: Client) => Promise<unknown>,
): Promise<string> {
  const client = await Client.greeted(port);
  await prepare?.(client);
  const mail = await client.say('MAIL FROM:<anna@demo.test>');
  const { text } = mail.code === 250 ? await client.say('RCPT TO:<someone@remote.test>') : mail;
  client.close();
  return text;
}

/** Of enough sessions that both processes are among those that answer. */
const everywhere = (port?: number): Promise<string[]> =>
  Promise.all(Array.from({ length: 16 }, () => relaying(port)));

async function domainsSend(from: number, to: number): Promise<void> {
  await Promise.all(
    Array.from({ length: to - from }, async (_, index) => {
      const client = await Client.greeted(smtp.ports.mx);
      expect((await client.say(`MAIL FROM:<someone@d${from + index}.example>`)).code).toBe(250);
      client.close();
    }),
  );
}

const inEach = (what: RegExp, port?: number) =>
  eventually(
    async () => {
      for (const text of await everywhere(port)) expect(text).toMatch(what);
    },
    { timeout: 20_000 },
  );

const logIn = (client: Client) =>
  client.say(`AUTH PLAIN ${Buffer.from(`\0anna\0${smtp.password}`).toString('base64')}`);

test('few foreign domains, our own and names of neighbours leave the trusted network its relaying', async () => {
  const client = await Client.greeted(smtp.ports.mx);
  for (let number = 0; number < 30; number++) {
    for (const sender of [`root@host${number}`, `x@h${number}.demo.test`, `x@[10.0.0.${number}]`]) {
      expect((await client.say(`MAIL FROM:<${sender}>`)).code).toBe(250);
      await client.say('RSET');
    }
  }
  client.close();
  await domainsSend(0, 5);
  await eventually(
    async () => {
      const rows = await smtp.db.query({ text: 'select from lists.guarded_client_domain' });
      expect(rows).toHaveLength(5);
    },
    { timeout: 15_000 },
  );
  for (const text of await everywhere()) expect(text).toMatch(/^250/);
});

test('many foreign domains through one local address suspend its relaying in both processes and in open sessions, and tell it once', async () => {
  const open = await Client.greeted(smtp.ports.mx);
  await domainsSend(5, 25);
  await inEach(
    /^550 5\.7\.1 relaying by address is suspended: .*log in, or have the administrator confirm it$/,
  );
  await open.say('MAIL FROM:<anna@demo.test>');
  expect((await open.say('RCPT TO:<someone@remote.test>')).text).toMatch(/^550 5\.7\.1 relaying by address/);
  expect((await open.say('RCPT TO:<anna@demo.test>')).code).toBe(250);
  open.close();
  expect(told).toEqual([{ address: ADDRESS, state: 'suspended' }]);
});

test('the submission port wants a login again from a suspended address', async () => {
  await inEach(/^530 5\.7\.0/, smtp.ports.submission);
});

test('a login relays through a suspended address, whatever failures were counted for it before', async () => {
  const client = { client: ADDRESS, account: null };
  for (let times = 0; times < 50; times++) await loginFailed(smtp.db, client, 15);
  for (let sessions = 0; sessions < 6; sessions++) {
    expect(await relaying(smtp.ports.mx, logIn)).toMatch(/^250/);
  }
  await smtp.db.query({ text: 'truncate lists.login_failure' });
});

test('neither the limits of one client nor the greylist hold for a suspended address', async () => {
  await smtp.set({
    sending: { rateLimitEnabled: true, rateLimitPerMinute: 1 },
    greylist: { enabled: true },
    limits: { sessionsPerAddress: 2 },
  });
  const clients = await Promise.all(Array.from({ length: 12 }, () => Client.greeted(smtp.ports.mx)));
  for (const client of clients) {
    expect((await client.say('MAIL FROM:<a@d1.example>')).text).toMatch(/^250/);
    expect((await client.say('RCPT TO:<anna@demo.test>')).text).toMatch(/^250/);
    client.close();
  }
  await smtp.set({
    sending: { rateLimitEnabled: false },
    greylist: { enabled: false },
    limits: { sessionsPerAddress: 100 },
  });
});

test('what the black list shuts out stays shut out', async () => {
  await smtp.setLists({ white: ['127.0.0.0/8'], black: ['127.0.0.1'] });
  expect((await (await Client.open(smtp.ports.mx)).reply()).code).toBe(554);
  await smtp.setLists({ white: ['127.0.0.0/8'] });
});

test('a confirmation brings the relaying back in both processes, and its revocation ends it', async () => {
  await confirmClient(smtp.db, ADDRESS, 'anna');
  smtp.bus.emit(guardChanged, { address: ADDRESS, state: 'confirmed' });
  await inEach(/^250/);
  await domainsSend(25, 30);
  for (const text of await everywhere()) expect(text).toMatch(/^250/);
  await revokeConfirmation(smtp.db, ADDRESS);
  smtp.bus.emit(guardChanged, { address: ADDRESS, state: 'revoked' });
  await inEach(/^550 5\.7\.1 relaying by address/);
});
