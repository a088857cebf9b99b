// The filters that are asked while the client waits. They are played by the test on the bus; strangers come from public
// addresses, as a trusted balancer says.
import { check, type CheckReply, type CheckRequest, connectBus, type Bus } from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { type SmtpHarness, startSmtp } from './harness.ts';

const STRANGER = '198.51.100.7';
let smtp: SmtpHarness;
let filterBus: Bus;
const answering: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  smtp = await startSmtp({
    settings: {
      network: { trustedProxies: ['127.0.0.1'] },
      dnsbl: { zones: ['zone.test'], timeoutMs: 500 },
    },
  });
  filterBus = await connectBus({
    url: smtp.nats.url,
    // One connection plays both filters.
    user: 'owner',
    password: smtp.nats.password,
    name: 'filter',
    log: silentLogger(),
  });
});
afterAll(async () => {
  await filterBus[Symbol.asyncDispose]();
  await smtp[Symbol.asyncDispose]();
});
afterEach(async () => {
  for (const one of answering.splice(0)) await one.stop();
  await smtp.set({ greylist: { enabled: false } });
});

/** Answers as the filter; answers what was asked. */
async function answer(filter: 'dnsbl' | 'greylist', verdict: CheckReply): Promise<CheckRequest[]> {
  const asked: CheckRequest[] = [];
  answering.push(
    filterBus.answer(check(filter), async (request) => {
      asked.push(request);
      return verdict;
    }),
  );
  await filterBus.connection.flush();
  return asked;
}

async function stranger(address = STRANGER): Promise<Client> {
  const client = await Client.proxied(smtp.ports.mx, address);
  await client.reply();
  await client.say('EHLO client.test');
  await client.say('MAIL FROM:<a@remote.test>');
  return client;
}

describe('DNSBL', () => {
  test('is asked once a session and refuses at RCPT, after the recipient is known to exist', async () => {
    const asked = await answer('dnsbl', {
      result: 'reject',
      enhanced: '5.7.1',
      text: 'listed in zone.test: spam',
    });
    const client = await stranger();
    expect((await client.say('RCPT TO:<nobody@demo.test>')).text).toMatch(/^550 5\.1\.1/);
    expect((await client.say('RCPT TO:<anna@demo.test>')).text).toBe('550 5.7.1 listed in zone.test: spam');
    expect((await client.say('RCPT TO:<boris@demo.test>')).code).toBe(550);
    expect(asked).toEqual([{ clientAddress: STRANGER, helo: '', reversePath: '', recipient: null }]);
    client.close();
  });

  test('that defers, or does not answer in time, puts the client off: no scan, no pass', async () => {
    const silent = await stranger();
    expect((await silent.say('RCPT TO:<anna@demo.test>')).text).toMatch(/^451 4\.7\.1 /);
    silent.close();
    await answer('dnsbl', { result: 'defer' });
    const deferred = await stranger();
    expect((await deferred.say('RCPT TO:<anna@demo.test>')).text).toMatch(/^451 4\.7\.1 /);
    deferred.close();
  });

  test('is lifted by a login and by a white address, and not asked for private addresses', async () => {
    const asked = await answer('dnsbl', { result: 'reject' });
    const inside = await stranger('192.168.7.7');
    expect((await inside.say('RCPT TO:<anna@demo.test>')).code).toBe(250);
    inside.close();
    await smtp.setLists({ white: ['198.51.100.0/24'] });
    const white = await stranger();
    expect((await white.say('RCPT TO:<anna@demo.test>')).code).toBe(250);
    white.close();
    expect(asked).toEqual([]);
    await smtp.setLists({});
    const login = await Client.proxied(smtp.ports.mx, STRANGER);
    await login.reply();
    await login.say('EHLO client.test');
    await login.say(`AUTH PLAIN ${Buffer.from(`\0anna\0${smtp.password}`).toString('base64')}`);
    await login.say('MAIL FROM:<anna@demo.test>');
    expect((await login.say('RCPT TO:<x@elsewhere.test>')).code).toBe(250);
    login.close();
  });
});

describe('greylist', () => {
  test('is asked for each recipient, with the whole triplet', async () => {
    await answer('dnsbl', { result: 'accept' });
    const asked = await answer('greylist', { result: 'defer', enhanced: '4.7.1', text: 'come again' });
    await smtp.set({ greylist: { enabled: true } });
    const client = await stranger();
    expect((await client.say('RCPT TO:<Anna@demo.test>')).text).toBe('451 4.7.1 come again');
    expect(asked).toEqual([
      {
        clientAddress: STRANGER,
        helo: 'client.test',
        reversePath: 'a@remote.test',
        recipient: 'anna@demo.test',
      },
    ]);
    client.close();
  });

  test('is not asked while it is off', async () => {
    await answer('dnsbl', { result: 'accept' });
    const asked = await answer('greylist', { result: 'reject' });
    const client = await stranger();
    expect((await client.say('RCPT TO:<anna@demo.test>')).code).toBe(250);
    expect(asked).toEqual([]);
    client.close();
  });
});

test('what was refused is told to the trace', async () => {
  const heard: string[] = [];
  const subscription = smtp.bus.connection.subscribe('mail.refused');
  void (async () => {
    for await (const message of subscription) heard.push(message.string());
  })();
  await smtp.bus.connection.flush();
  const client = await stranger('192.168.7.8');
  await client.say('RCPT TO:<nobody@demo.test>');
  client.close();
  await expect
    .poll(() =>
      heard
        .map((text) => JSON.parse(text) as { clientAddress: string })
        // What strangers of the tests before were refused is told with a delay, too.
        .filter(({ clientAddress }) => clientAddress === '192.168.7.8'),
    )
    .toEqual([
      {
        at: expect.any(String),
        otherRecipients: [],
        count: 1,
        clientAddress: '192.168.7.8',
        reversePath: 'a@remote.test',
        recipient: 'nobody@demo.test',
        reply: '550 5.1.1 no such mailbox here',
      },
    ]);
  subscription.unsubscribe();
});
