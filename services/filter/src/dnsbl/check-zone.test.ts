// The test points of RFC 5782 §5, against a real small DNS server.
import { createResolver } from '@pochtar/runtime';
import { type FakeDns, startFakeDns } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { checkZone } from './check-zone.ts';

const LISTED6 = `2.0.0.0.0.0.f.7.f.f.f.f.${'0.'.repeat(20)}z.test`;
const NEVER6 = `1.0.0.0.0.0.f.7.f.f.f.f.${'0.'.repeat(20)}z.test`;

let dns: FakeDns;
beforeAll(async () => {
  dns = await startFakeDns();
});
afterAll(() => dns[Symbol.asyncDispose]());
beforeEach(() => dns.reset());

function check(timeoutMs = 2000) {
  const resolver = createResolver({ servers: [dns.address], timeoutMs: 5000, tries: 1 });
  return checkZone(resolver, 'z.test', timeoutMs);
}

test('RFC 5782 §5: a zone lists 127.0.0.2 and not 127.0.0.1, of IPv6 ::FFFF:7F00:2 and not ::FFFF:7F00:1', async () => {
  dns.set('2.0.0.127.z.test', 'A', '127.0.0.2');
  expect(await check()).toEqual({ kind: 'good', hasIpv6: false });
  dns.set(LISTED6, 'A', '127.0.0.2');
  expect(await check()).toEqual({ kind: 'good', hasIpv6: true });
});

test.each([
  ['127.0.0.1', '1.0.0.127.z.test'],
  ['::FFFF:7F00:1', NEVER6],
])('a zone that lists %s lists everybody, whatever else it answers', async (_, name) => {
  dns.set('2.0.0.127.z.test', 'A', '127.0.0.2');
  dns.set(name, 'A', '127.0.0.2');
  expect(await check()).toMatchObject({ kind: 'fault', fault: 'listsEverybody' });
});

test('addresses outside 127.0.0.0/8 are no listing: a domain that was sold is empty', async () => {
  for (const name of ['2.0.0.127.z.test', '1.0.0.127.z.test', LISTED6, NEVER6])
    dns.set(name, 'A', '198.51.100.9');
  expect(await check()).toMatchObject({ kind: 'fault', fault: 'empty' });
  dns.reset();
  expect(await check()).toMatchObject({ kind: 'fault', fault: 'empty' });
});

test('127.255.255.0/24 is a refusal of the operator', async () => {
  dns.set('2.0.0.127.z.test', 'A', '127.255.255.254');
  expect(await check()).toEqual({
    kind: 'fault',
    fault: 'refuses',
    why: 'the operator answers 127.255.255.254',
  });
});

test.each(['SERVFAIL', 'REFUSED', 'silence'] as const)('%s is no answer', async (failure) => {
  dns.fail('2.0.0.127.z.test', failure);
  expect(await check(500)).toMatchObject({ kind: 'fault', fault: 'silent' });
});
