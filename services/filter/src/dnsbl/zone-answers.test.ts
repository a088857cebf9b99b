// What is kept of the zones' answers, against a real small DNS server.
import { createResolver } from '@pochtar/runtime';
import { type FakeDns, startFakeDns } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { ZoneAnswers } from './zone-answers.ts';

let dns: FakeDns;
beforeAll(async () => {
  dns = await startFakeDns({ ttl: 120 });
});
afterAll(() => dns[Symbol.asyncDispose]());
beforeEach(() => {
  dns.reset();
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => void vi.useRealTimers());

const open = (most?: number) =>
  new ZoneAnswers(createResolver({ servers: [dns.address], timeoutMs: 1000, tries: 1 }), most);
const asked = (name: string) => dns.queries.filter((query) => query === `a ${name}.z.test`).length;
const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

test('an address is kept for its TTL', async () => {
  dns.set('1.z.test', 'A', '127.0.0.2');
  const answers = open();
  expect(await answers.codes('1', 'z.test')).toEqual(['127.0.0.2']);
  later(119);
  await answers.codes('1', 'z.test');
  expect(asked('1')).toBe(1);
  later(2);
  await answers.codes('1', 'z.test');
  expect(asked('1')).toBe(2);
});

test('RFC 2308 §5: that a name is not there is kept as long as the SOA of the zone says, and an hour at most', async () => {
  dns.set('z.test', 'SOA', '300');
  dns.set('long.test', 'SOA', '604800');
  const answers = open();
  await answers.codes('1', 'z.test');
  await answers.codes('1', 'long.test');
  await vi.waitFor(() => expect(dns.queries.filter((query) => query.startsWith('soa '))).toHaveLength(2));
  // The answer to it has arrived when another question is through.
  await answers.codes('2', 'z.test');
  later(299);
  await answers.codes('1', 'z.test');
  expect(asked('1')).toBe(1);
  later(2);
  await answers.codes('1', 'z.test');
  expect(asked('1')).toBe(2);
  later(3600);
  await answers.codes('1', 'long.test');
  expect(dns.queries.filter((query) => query === 'a 1.long.test')).toHaveLength(2);
});

test('what must not be old is asked again', async () => {
  dns.set('1.z.test', 'A', '127.0.0.2');
  const answers = open();
  await answers.codes('1', 'z.test');
  later(61);
  await answers.codes('1', 'z.test', 60_000);
  expect(asked('1')).toBe(2);
});

test('questions under way are shared, failures are not kept', async () => {
  dns.fail('1.z.test', 'SERVFAIL');
  const answers = open();
  const both = await Promise.allSettled([answers.codes('1', 'z.test'), answers.codes('1', 'z.test')]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(asked('1')).toBe(1);
  dns.set('1.z.test', 'A', '127.0.0.2');
  expect(await answers.codes('1', 'z.test')).toEqual(['127.0.0.2']);
});

test('of more names than are kept the oldest go', async () => {
  const answers = open(2);
  for (const name of ['1', '2', '3', '3', '1']) {
    dns.set(`${name}.z.test`, 'A', '127.0.0.2');
    await answers.codes(name, 'z.test');
  }
  expect([asked('1'), asked('2'), asked('3')]).toEqual([2, 1, 1]);
});
