// The dialogue filters as smtp asks them: over the bus, by replicas that share a queue group.
import {
  type Bus,
  type CheckReply,
  check,
  connectBus,
  type SettingsApplied,
  settingsApplied,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { eventually, startFakeDns } from '@pochtar/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Installation, installation } from './installation.ts';

let at: Installation;
let smtp: Bus;

beforeEach(async () => {
  at = await installation();
  const { url, password } = at.nats;
  smtp = await connectBus({ url, user: 'smtp', password, name: 'test-smtp', log: silentLogger() });
});
afterEach(async () => {
  await smtp[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
});

function ask(name: 'dnsbl' | 'greylist', changed: object = {}): Promise<CheckReply> {
  const request = {
    clientAddress: '192.0.2.1',
    helo: 'client.test',
    reversePath: 'sender@remote.test',
    recipient: 'anna@example.test',
    ...changed,
  };
  return smtp.ask(check(name), request, 5000);
}

describe('greylist', () => {
  /** As if the time had passed. */
  const pass = (interval: string) =>
    at.db.query({ text: 'update lists.greylist set first_at = first_at - $1::interval', values: [interval] });

  test('switched off everybody passes; switched on, without a restart, the first attempt is put off', async () => {
    await at.start('greylist');
    expect(await ask('greylist')).toEqual({ result: 'accept' });
    await at.set('greylist', { enabled: true });
    const deferred = await eventually(async () => {
      const reply = await ask('greylist');
      expect(reply.result).toBe('defer');
      return reply;
    });
    expect(deferred).toMatchObject({
      enhanced: '4.7.1',
      text: expect.stringMatching(/^greylisted, please try again in \d+ seconds$/),
    });
  });

  test('RFC 6647 §4.2: a retry from the same network, asked of another replica, passes', async () => {
    await at.set('greylist', { enabled: true, minRetrySeconds: 60 });
    await at.start('greylist');
    await at.start('greylist');
    const attempts = await Promise.all(Array.from({ length: 6 }, () => ask('greylist')));
    expect(attempts.every(({ result }) => result === 'defer')).toBe(true);
    await pass('2 minutes');
    const retries = Array.from({ length: 6 }, (_, host) =>
      ask('greylist', { clientAddress: `192.0.2.${host + 7}` }),
    );
    expect(await Promise.all(retries)).toEqual(Array.from({ length: 6 }, () => ({ result: 'accept' })));
    expect(await ask('greylist', { clientAddress: '198.51.100.1' })).toMatchObject({ result: 'defer' });
  });

  test('a retry from any address that SPF permits passes, and such addresses never become known as a whole', async () => {
    await at.set('greylist', { enabled: true, minRetrySeconds: 60 });
    await at.start('greylist');
    expect(await ask('greylist')).toMatchObject({ result: 'defer', asksSpf: true });
    expect(await ask('greylist', { reversePath: '' })).not.toHaveProperty('asksSpf');
    const other = { clientAddress: '198.51.100.1' };
    for (let sender = 0; sender < 5; sender++) {
      const of = { reversePath: `s${sender}@remote.test`, isPermitted: true };
      expect(await ask('greylist', of)).toMatchObject({ result: 'defer' });
      await pass('2 minutes');
      expect(await ask('greylist', { ...of, ...other, isPermitted: false })).toMatchObject({
        result: 'defer',
      });
      expect(await ask('greylist', { ...of, ...other })).toEqual({ result: 'accept' });
    }
    const far = { clientAddress: '203.0.113.1', reversePath: 'new@remote.test', isPermitted: true };
    expect(await ask('greylist', far)).toMatchObject({ result: 'defer' });
  });

  test('what was done is counted by the day: deferred, early, returned from whichever network, known and white', async () => {
    await at.set('greylist', { enabled: true, minRetrySeconds: 60 });
    const filter = await at.start('greylist');
    await at.setLists({ white: ['203.0.113.0/24'] });
    expect(await ask('greylist', { clientAddress: '203.0.113.1' })).toEqual({ result: 'accept' });
    await ask('greylist');
    await ask('greylist');
    await pass('2 minutes');
    await ask('greylist');
    await ask('greylist');
    // Of a large sender: first without, then with what SPF says; later from another network.
    const large = { reversePath: 'large@remote.test' };
    const far = { ...large, clientAddress: '198.51.100.1' };
    for (const isPermitted of [undefined, true]) await ask('greylist', { ...large, isPermitted });
    await pass('2 minutes');
    expect(await ask('greylist', far)).toMatchObject({ result: 'defer', asksSpf: true });
    expect(await ask('greylist', { ...far, isPermitted: true })).toEqual({ result: 'accept' });
    await filter[Symbol.asyncDispose]();
    const counted = await at.db.query<{ outcome: string; count: number }>({
      text: 'select outcome, count from lists.greylist_day order by outcome',
    });
    expect(counted.map(({ outcome, count }) => `${outcome} ${count}`)).toEqual([
      ...['deferred 2', 'early 1', 'known 1', 'returned 2', 'white 1'],
    ]);
    const waiting = await at.db.query({
      text: `select from lists.greylist where network = '198.51.100.0/24'`,
    });
    expect(waiting).toEqual([]);
  });

  test('a white-listed network is not put off, and bounces are senders as others', async () => {
    await at.set('greylist', { enabled: true });
    await at.start('greylist');
    expect(await ask('greylist', { clientAddress: '198.51.100.1' })).toMatchObject({ result: 'defer' });
    await at.setLists({ white: ['198.51.100.0/24'] });
    expect(await ask('greylist', { clientAddress: '198.51.100.1' })).toEqual({ result: 'accept' });
    expect(await ask('greylist', { reversePath: '' })).toMatchObject({ result: 'defer' });
  });

  test('a database that refuses is no reason to let anybody through', async () => {
    await at.set('greylist', { enabled: true });
    await at.start('greylist');
    await at.db.query({ text: 'alter table lists.greylist rename to hidden' });
    expect(await ask('greylist')).toMatchObject({ result: 'defer', enhanced: '4.3.0' });
  });
});

test('dnsbl answers over the bus with the resolver it was given', async () => {
  await using dns = await startFakeDns();
  dns.set('1.2.0.192.list.test', 'A', '127.0.0.2');
  await at.set('dnsbl', { zones: ['list.test'] });
  await at.start('dnsbl', { POCHTAR_DNS_SERVERS: dns.address });
  expect(await ask('dnsbl')).toEqual({
    result: 'reject',
    enhanced: '5.7.1',
    text: 'client [192.0.2.1] is listed by list.test',
    zone: 'list.test',
  });
  expect(await ask('dnsbl', { clientAddress: '192.0.2.2' })).toEqual({ result: 'accept' });
});

test('a process reports the revision it runs', async () => {
  const reports: SettingsApplied[] = [];
  at.bus.subscribe(settingsApplied, (report) => void reports.push(report));
  await at.start('greylist');
  await at.set('greylist', { enabled: true });
  const expected = { process: 'filter-greylist', section: 'greylist', revision: 2, error: null };
  await eventually(() => expect(reports).toContainEqual(expect.objectContaining(expected)));
});
