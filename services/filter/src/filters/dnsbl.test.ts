// The black lists against a real small DNS server.
import type { CheckReply } from '@pochtar/bus';
import { createResolver, silentLogger } from '@pochtar/runtime';
import { defaultSettings, type Settings } from '@pochtar/settings';
import { type FakeDns, startFakeDns } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { DialogueTools } from '../filter.ts';
import type { ZoneStates } from '../dnsbl/watched-zones.ts';
import { DnsblCheck } from './dnsbl.ts';

let dns: FakeDns;
let settings: Settings;

beforeAll(async () => {
  dns = await startFakeDns();
});
afterAll(() => dns[Symbol.asyncDispose]());
beforeEach(() => {
  dns.reset();
  settings = structuredClone(defaultSettings());
  settings.dnsbl.zones = ['one.test', 'two.test'];
  settings.dnsbl.timeoutMs = 500;
});

/** Zones that are as they should be; which are not is found out against Postgres (tests/dnsbl.test.ts). */
const wellZones: ZoneStates = { isAsked: () => true, answered: () => {}, failed: () => {} };

function open(zones = wellZones) {
  const tools = {
    current: (section: keyof Settings) => settings[section],
    resolver: createResolver({ servers: [dns.address], timeoutMs: 5000, tries: 1 }),
    log: silentLogger(),
    isWhite: (address: string) => address === '192.0.2.9',
  } as unknown as DialogueTools;
  const filter = new DnsblCheck(tools, zones);
  return (clientAddress: string): Promise<CheckReply> =>
    filter.check({ clientAddress, helo: 'h', reversePath: 'a@remote.test', recipient: 'b@example.test' });
}

test('a client that no zone lists is accepted, and every zone was asked', async () => {
  expect(await open()('192.0.2.1')).toEqual({ result: 'accept' });
  expect(dns.queries).toEqual(expect.arrayContaining(['a 1.2.0.192.one.test', 'a 1.2.0.192.two.test']));
});

test('RFC 5782 §2.1: a listed client is refused with the zone and its TXT reason', async () => {
  dns.set('1.2.0.192.two.test', 'A', '127.0.0.2');
  dns.set('1.2.0.192.two.test', 'TXT', 'spam seen, see https://two.test/?ip=192.0.2.1');
  expect(await open()('192.0.2.1')).toEqual({
    result: 'reject',
    enhanced: '5.7.1',
    text: 'client [192.0.2.1] is listed by two.test: "spam seen, see https://two.test/?ip=192.0.2.1"',
    zone: 'two.test',
  });
});

test('the TXT of a zone is foreign text: it can end neither the reply nor its quotes', async () => {
  dns.set('1.2.0.192.one.test', 'A', '127.0.0.2');
  dns.set('1.2.0.192.one.test', 'TXT', `x"\r\n250 ok \u0434${'y'.repeat(2000)}`);
  const { text = '' } = await open()('192.0.2.1');
  expect(text).toMatch(/^client \[192\.0\.2\.1\] is listed by one\.test: "x%22%0D%0A250 ok %D0%B4y+\.\.\."$/);
  expect(text.length).toBeLessThanOrEqual(400);
});

test('RFC 5782 §2.4: an IPv6 client is looked up by nibbles', async () => {
  const name = '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.one.test';
  dns.set(name, 'A', '127.0.0.4');
  expect(await open()('2001:db8::1')).toMatchObject({
    result: 'reject',
    text: 'client [2001:db8::1] is listed by one.test',
  });
});

test('only answers within 127.0.0.0/8 are a listing', async () => {
  dns.set('1.2.0.192.one.test', 'A', '198.51.100.7');
  expect(await open()('192.0.2.1')).toEqual({ result: 'accept' });
});

test("127.255.255.0/24 is the operator's error and counts as no answer", async () => {
  dns.set('1.2.0.192.one.test', 'A', '127.255.255.254');
  expect(await open()('192.0.2.1')).toMatchObject({ result: 'defer', enhanced: '4.7.1' });
});

test('RFC 5782 §5: a zone that lists 127.0.0.1 lists everybody and counts as no answer', async () => {
  dns.set('1.2.0.192.one.test', 'A', '127.0.0.2');
  dns.set('1.0.0.127.one.test', 'A', '127.0.0.2');
  expect(await open()('192.0.2.1')).toMatchObject({ result: 'defer' });
});

test.each([
  [
    'defer',
    {
      result: 'defer',
      enhanced: '4.7.1',
      text: 'the black list one.test does not answer, please try again later',
    },
  ],
  [
    'reject',
    {
      result: 'reject',
      enhanced: '5.7.1',
      text: 'the black list one.test does not answer',
      zone: 'one.test',
    },
  ],
  ['ignore', { result: 'accept' }],
] as const)('a zone without an answer, onNoAnswer %s', async (onNoAnswer, reply) => {
  settings.dnsbl.onNoAnswer = onNoAnswer;
  const check = open();
  for (const failure of ['SERVFAIL', 'REFUSED', 'silence'] as const) {
    dns.fail('1.2.0.192.one.test', failure);
    expect(await check('192.0.2.1')).toEqual(reply);
  }
});

test('a listing decides at once, whatever another zone does not answer', async () => {
  settings.dnsbl.timeoutMs = 30_000;
  dns.fail('1.2.0.192.one.test', 'silence');
  dns.set('1.2.0.192.two.test', 'A', '127.0.0.2');
  const started = performance.now();
  expect(await open()('192.0.2.1')).toMatchObject({ result: 'reject' });
  expect(performance.now() - started).toBeLessThan(3000);
});

test('timeoutMs is for all zones together', async () => {
  settings.dnsbl.timeoutMs = 1500;
  dns.fail('1.2.0.192.one.test', 'silence');
  dns.fail('1.2.0.192.two.test', 'silence');
  const started = performance.now();
  expect(await open()('192.0.2.1')).toMatchObject({ result: 'defer' });
  // One after the other would take twice as long.
  expect(performance.now() - started).toBeLessThan(2900);
});

test('loopback and private clients are never asked for', async () => {
  const check = open();
  for (const address of ['127.0.0.1', '10.0.0.1', '::1', 'fd00::1', 'no address']) {
    expect(await check(address)).toEqual({ result: 'accept' });
  }
  expect(dns.queries).toEqual([]);
});

test('a white-listed client is not looked up', async () => {
  const check = open();
  await check('::ffff:192.0.2.9');
  expect(dns.queries).toEqual([]);
  await check('192.0.2.8');
  expect(dns.queries).not.toEqual([]);
});

test('without zones nothing is asked, and a changed list counts at once', async () => {
  settings.dnsbl.zones = [];
  const check = open();
  expect(await check('192.0.2.1')).toEqual({ result: 'accept' });
  dns.set('1.2.0.192.three.test', 'A', '127.0.0.2');
  settings.dnsbl = { ...settings.dnsbl, zones: ['three.test'] };
  expect(await check('192.0.2.1')).toMatchObject({ result: 'reject' });
});

test('a zone that is left out is not asked, and the others decide', async () => {
  dns.set('1.2.0.192.one.test', 'A', '127.0.0.2');
  const check = open({ ...wellZones, isAsked: (zone) => zone !== 'one.test' });
  expect(await check('192.0.2.1')).toEqual({ result: 'accept' });
  expect(dns.queries.filter((query) => query.startsWith('a '))).toEqual(['a 1.2.0.192.two.test']);
});

test('what a zone did not answer is told with the reason, and what it did as well', async () => {
  const told: string[] = [];
  const check = open({
    isAsked: () => true,
    answered: (zone) => void told.push(`${zone} answered`),
    failed: (zone, why) => void told.push(`${zone} ${why}`),
  });
  dns.set('1.2.0.192.one.test', 'A', '127.255.255.254');
  await check('192.0.2.1');
  expect(told.toSorted()).toEqual([
    'one.test the operator answers 127.255.255.254: the question was refused',
    'two.test answered',
  ]);
});
