import { adminDomain, adminDomainDns, adminSettings, type DomainDns } from '@pochtar/bus';
import { type FakeDns, startFakeDns } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let dns: FakeDns;
let running: Running;
beforeAll(async () => {
  dns = await startFakeDns();
  running = await runService({ dns: dns.address });
  await running.get(adminDomain.create, { name: 'firma.test' });
  await running.get(adminDomain.create, { name: 'other.test' });
  const patch = { heloName: 'mail.firma.test' };
  await running.get(adminSettings.set, { changes: [{ section: 'general', patch }] });
});
afterAll(async () => {
  await running[Symbol.asyncDispose]();
  await dns[Symbol.asyncDispose]();
});

/** All that a domain needs. */
beforeEach(() => {
  dns.reset();
  dns.set('firma.test', 'NS', 'ns.firma.test');
  dns.set('ns.firma.test', 'A', '127.0.0.1');
  dns.set('firma.test', 'MX', '10 mail.firma.test');
  dns.set('mail.firma.test', 'A', '203.0.113.5');
  dns.set('firma.test', 'TXT', 'v=spf1 mx -all');
  dns.set('_dmarc.firma.test', 'TXT', 'v=DMARC1; p=none');
  dns.setReverse('203.0.113.5', 'mail.firma.test');
});

const check = (more: { addresses?: string[] } = {}): Promise<DomainDns> =>
  running.get(adminDomainDns.check, { name: 'firma.test', ...more });
const stateOf = ({ records }: DomainDns, purpose: string): string | undefined =>
  records.find((record) => record.purpose === purpose)?.state;

test('a domain that has what it needs is fine; what is optional is no remark; the result is kept with its time', async () => {
  const before = await running.get(adminDomainDns.show, { name: 'firma.test' });
  expect([before.checkedAt, before.problems, stateOf(before, 'mx')]).toEqual([null, null, 'notChecked']);
  const found = await check();
  expect(found).toMatchObject({
    source: 'authoritative',
    problems: 0,
    addresses: ['203.0.113.5'],
    isGiven: false,
  });
  expect(stateOf(found, 'srv')).toBe('missing');
  expect(stateOf(found, 'dkim')).toBe('later');
  expect(await running.get(adminDomainDns.show, { name: 'firma.test' })).toEqual(found);
  const { domains } = await running.get(adminDomain.list, {});
  expect(domains.map(({ name, dns: known }) => [name, known])).toEqual([
    ['firma.test', { checkedAt: found.checkedAt, problems: 0 }],
    ['other.test', null],
  ]);
});

test('what is missing or leads elsewhere is told, and counted', async () => {
  dns.set('firma.test', 'MX', '10 mx.else.test');
  dns.set('mx.else.test', 'A', '198.51.100.1');
  dns.set('firma.test', 'TXT', 'v=spf1 ip4:198.51.100.0/24 -all');
  dns.set('_dmarc.firma.test', 'TXT', 'something else');
  dns.setReverse('203.0.113.5', 'host-5.provider.test');
  const found = await check();
  expect(['mx', 'helo', 'ptr', 'spf', 'dmarc'].map((purpose) => stateOf(found, purpose))).toEqual([
    ...['wrong', 'ok', 'wrong', 'wrong', 'missing'],
  ]);
  expect(found.problems).toBe(4);
});

test.each([
  ['another MX that leads to our address', () => dns.set('firma.test', 'MX', '5 in.firma.test'), 'mx'],
  ['a network in SPF', () => dns.set('firma.test', 'TXT', 'v=spf1 ip4:203.0.113.0/24 ~all'), 'spf'],
  [
    'SPF by way of an include',
    () => {
      dns.set('firma.test', 'TXT', 'v=spf1 include:_spf.firma.test -all');
      dns.set('_spf.firma.test', 'TXT', 'v=spf1 a:mail.firma.test -all');
    },
    'spf',
  ],
])('the meaning counts: %s is as good', async (_, change, purpose) => {
  change();
  dns.set('in.firma.test', 'A', '203.0.113.5');
  expect(stateOf(await check(), purpose)).toBe('ok');
});

test.each([
  ['RFC 7208 §4.5: two SPF records', ['v=spf1 mx -all', 'v=spf1 a -all']],
  ['SPF that lets everybody send', ['v=spf1 +all']],
  ['SPF that cannot be read', ['v=spf1 mxx -all']],
  ['RFC 7208 §4.6.4: SPF that asks more than ten questions', [`v=spf1 ${'a:x.firma.test '.repeat(11)}-all`]],
])('%s is a remark', async (_, records) => {
  dns.set('firma.test', 'TXT', ...records);
  dns.set('x.firma.test', 'A', '192.0.2.1');
  expect(stateOf(await check(), 'spf')).toBe('wrong');
});

test('silence is no alarm: what nobody answered is not called missing', async () => {
  dns.fail('firma.test', 'SERVFAIL', 'TXT');
  dns.fail('_dmarc.firma.test', 'silence');
  const found = await check();
  expect([stateOf(found, 'spf'), stateOf(found, 'dmarc'), found.problems]).toEqual(['unknown', 'unknown', 0]);
  for (const name of ['firma.test', 'mail.firma.test', '5.113.0.203.in-addr.arpa'])
    dns.fail(name, 'SERVFAIL');
  expect(await check()).toMatchObject({ source: 'nobody', problems: null });
});

test('behind NAT the addresses that were given count, and are remembered', async () => {
  dns.set('mail.firma.test', 'A', '10.0.0.5');
  expect(stateOf(await check(), 'ptr')).toBe('unknown');
  dns.set('firma.test', 'MX', '10 out.firma.test');
  dns.set('out.firma.test', 'A', '203.0.113.5');
  const given = await check({ addresses: ['203.0.113.5'] });
  expect([stateOf(given, 'mx'), stateOf(given, 'ptr'), stateOf(given, 'helo')]).toEqual([
    'ok',
    'ok',
    'wrong',
  ]);
  expect(await check()).toMatchObject({ addresses: ['203.0.113.5'], isGiven: true });
  const asked = running.complaint(adminDomainDns.check, { name: 'firma.test', addresses: ['mail'] });
  expect(await asked).toBe('wrongFormat addresses.0');
  expect((await check({ addresses: [] })).isGiven).toBe(false);
});

test('a check asks a bounded number of questions', async () => {
  dns.set('firma.test', 'TXT', `v=spf1 ${'include:_spf.firma.test '.repeat(200)}-all`);
  dns.set('_spf.firma.test', 'TXT', `v=spf1 ${'include:_spf.firma.test '.repeat(200)}-all`);
  dns.queries.length = 0;
  await check();
  expect(dns.queries.length).toBeLessThan(100);
});

test('records come as a zone file that can be pasted', async () => {
  const { zoneFile } = await check();
  expect(zoneFile).toContain('firma.test. 3600 IN MX 10 mail.firma.test.\n');
  expect(zoneFile).toContain('firma.test. 3600 IN TXT "v=spf1 mx ~all"\n');
  expect(zoneFile).toContain('_imaps._tcp.firma.test. 3600 IN SRV ');
});

test('a domain of somebody else does not exist, neither to look at nor to check', async () => {
  const { domains } = await running.get(adminDomain.list, {});
  const own = domains.filter(({ name }) => name === 'other.test').map(({ id }) => id);
  for (const question of [adminDomainDns.show, adminDomainDns.check]) {
    expect(await running.complaint(question, { name: 'firma.test' }, own)).toBe('notFound name');
  }
});
