// The health of black lists, over replicas of filter-dnsbl that share Postgres and the bus.
import { type Bus, type CheckReply, check, connectBus, type DnsblChanged, dnsblChanged } from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { eventually, type FakeDns, startFakeDns } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Installation, installation } from './installation.ts';

let dns: FakeDns;
let at: Installation;
let smtp: Bus;
let replicas: AsyncDisposable[];
const told: DnsblChanged[] = [];

beforeAll(async () => {
  dns = await startFakeDns();
  at = await installation();
  const { url, password } = at.nats;
  smtp = await connectBus({ url, user: 'smtp', password, name: 'test-smtp', log: silentLogger() });
  at.bus.subscribe(dnsblChanged, (change) => void told.push(change));
  await at.bus.connection.flush();
});
afterAll(async () => {
  await smtp[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
  await dns[Symbol.asyncDispose]();
});
beforeEach(async () => {
  dns.reset();
  told.length = 0;
  await at.db.query({ text: 'delete from lists.dnsbl_zone' });
  isWell();
  await at.set('dnsbl', { zones: ['z.test'], timeoutMs: 500, onNoAnswer: 'defer' });
  const env = { POCHTAR_DNS_SERVERS: dns.address };
  replicas = [await at.start('dnsbl', env), await at.start('dnsbl', env)];
  await eventually(async () => (await stateOf())?.state === 'good');
});
afterEach(async () => {
  for (const replica of replicas) await replica[Symbol.asyncDispose]();
});

function isWell(): void {
  dns.set('2.0.0.127.z.test', 'A', '127.0.0.2');
  dns.fail('1.0.0.127.z.test', 'NXDOMAIN');
}

const stateOf = async () =>
  (
    await at.db.query<{ state: string; fault: string | null }>({
      text: 'select state, fault from lists.dnsbl_zone where zone = $1',
      values: ['z.test'],
    })
  )[0];

/** As if so much time had passed since the last look; every replica is told to look. */
async function lookAgain(passed = '0 s'): Promise<void> {
  await at.db.query({
    text: `update lists.dnsbl_zone set next_check_at = now(), bad_since = bad_since - $1::interval`,
    values: [passed],
  });
  at.bus.emit(dnsblChanged, { zone: 'z.test', state: 'unknown', fault: null });
}

/** What eight questions are answered, of whichever replicas: each about another client. */
let host = 0;
async function answers(): Promise<string[]> {
  const asked = Array.from({ length: 8 }, (): Promise<CheckReply> => {
    const clientAddress = `198.51.${Math.floor(++host / 250)}.${(host % 250) + 1}`;
    return smtp.ask(check('dnsbl'), { clientAddress, helo: '', reversePath: '', recipient: null }, 5000);
  });
  return [...new Set((await Promise.all(asked)).map(({ result }) => result))];
}

async function failsUntilSuspended(): Promise<void> {
  await lookAgain();
  await eventually(async () => expect(await stateOf()).toMatchObject({ state: 'failing' }));
  for (let looks = 0; looks < 3; looks++) await lookAgain('40 s');
  await eventually(async () => {
    await lookAgain('40 s');
    expect(await stateOf()).toMatchObject({ state: 'suspended' });
  });
}

test('a zone that does not answer is suspended for all replicas, told on the bus, and comes back by itself', async () => {
  for (const name of ['2.0.0.127.z.test', '1.0.0.127.z.test']) dns.fail(name, 'SERVFAIL');
  await failsUntilSuspended();
  const before = dns.queries.length;
  await eventually(async () => expect(await answers()).toEqual(['accept']));
  expect(dns.queries.slice(before).filter((query) => query.includes('198.51'))).toEqual([]);
  expect(told).toContainEqual({ zone: 'z.test', state: 'suspended', fault: 'silent' });
  isWell();
  await eventually(async () => {
    await lookAgain();
    expect(await stateOf()).toEqual({ state: 'good', fault: null });
  });
  expect(told).toContainEqual({ zone: 'z.test', state: 'good', fault: null });
  dns.set('9.2.0.192.z.test', 'A', '127.0.0.2');
  const request = { clientAddress: '192.0.2.9', helo: '', reversePath: '', recipient: null };
  for (let asked = 0; asked < 4; asked++)
    await eventually(async () =>
      expect(await smtp.ask(check('dnsbl'), request, 5000)).toMatchObject({
        result: 'reject',
        zone: 'z.test',
      }),
    );
});

test('a question that is not answered hastens the look at the test points', async () => {
  for (const name of ['2.0.0.127.z.test', '1.0.0.127.z.test', '7.2.0.192.z.test']) dns.fail(name, 'SERVFAIL');
  await at.db.query({ text: `update lists.dnsbl_zone set checked_at = now() - interval '1 minute'` });
  const request = { clientAddress: '192.0.2.7', helo: '', reversePath: '', recipient: null };
  expect(await smtp.ask(check('dnsbl'), request, 5000)).toMatchObject({ result: 'defer', enhanced: '4.7.1' });
  await eventually(async () => expect(await stateOf()).toEqual({ state: 'failing', fault: 'silent' }));
});

test('a zone that lists everybody is left out by all replicas at once, even where silence refuses', async () => {
  await at.set('dnsbl', { onNoAnswer: 'reject' });
  dns.set('1.0.0.127.z.test', 'A', '127.0.0.2');
  await lookAgain();
  await eventually(async () => {
    expect(await stateOf()).toEqual({ state: 'suspended', fault: 'listsEverybody' });
    expect(await answers()).toEqual(['accept']);
  });
  expect(told).toContainEqual({ zone: 'z.test', state: 'suspended', fault: 'listsEverybody' });
});

test('with onNoAnswer reject a silent zone refuses on, and says which it is', async () => {
  await at.set('dnsbl', { onNoAnswer: 'reject' });
  for (const name of ['2.0.0.127.z.test', '1.0.0.127.z.test', '8.2.0.192.z.test']) dns.fail(name, 'SERVFAIL');
  await failsUntilSuspended();
  const request = { clientAddress: '192.0.2.8', helo: '', reversePath: '', recipient: null };
  const reply = await smtp.ask(check('dnsbl'), request, 5000);
  expect(reply).toMatchObject({ result: 'reject', enhanced: '5.7.1', zone: 'z.test' });
});

test('one replica looks when a zone is due, not all of them', async () => {
  const points = () => dns.queries.filter((query) => query === 'a 2.0.0.127.z.test').length;
  const before = points();
  await at.db.query({ text: 'update lists.dnsbl_zone set next_check_at = now()' });
  const words = Array.from({ length: 10 }, () =>
    at.bus.emit(dnsblChanged, { zone: 'z.test', state: 'good', fault: null }),
  );
  expect(words).toHaveLength(10);
  await eventually(() => expect(points()).toBeGreaterThan(before));
  // Both have had all words when they answer.
  await at.bus.connection.flush();
  await answers();
  expect(points()).toBe(before + 1);
});
