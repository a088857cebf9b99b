import { createTestDatabase } from '@pochtar/testkit';
import type { TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../db.ts';
import { addGreylistCounts, forgetGreylistDays, readGreylistDays } from './greylist-days.ts';
import { checkTriplet, forgetExpired, forgetSurplus, type GreylistRules, type Triplet } from './greylist.ts';

let cluster: TestDatabase;
let db: Database;
let owner: Database;

const rules: GreylistRules = { minRetrySeconds: 10, maxRetryHours: 5, whitelistDays: 14, knownSenders: 3 };
const triplet: Triplet = { network: '192.0.2.0/24', sender: 'a@remote.test', recipient: 'anna@example.test' };

beforeAll(async () => {
  cluster = await createTestDatabase();
  db = openDatabase({ url: cluster.url('filter-greylist'), password: cluster.password });
  owner = openDatabase({ url: cluster.url(), password: cluster.password });
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await owner[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await owner.query({ text: 'truncate lists.greylist, lists.greylist_network' });
});

/** Makes everything remembered older, as if that time had passed. */
async function pass(interval: string): Promise<void> {
  await owner.query({
    text: 'update lists.greylist set first_at = first_at - $1::interval, passed_at = passed_at - $1::interval',
    values: [interval],
  });
  await owner.query({
    text: 'update lists.greylist_network set passed_at = passed_at - $1::interval',
    values: [interval],
  });
}

const ask = (over: Partial<Triplet> = {}, changed: Partial<GreylistRules> = {}) =>
  checkTriplet(db, { ...triplet, ...over }, { ...rules, ...changed });

test('RFC 6647 §4.1: the first attempt waits, a retry after the delay passes', async () => {
  expect(await ask()).toMatchObject({ passed: false, waitSeconds: 10 });
  await pass('11 seconds');
  expect(await ask()).toMatchObject({ passed: true });
  expect(await ask()).toMatchObject({ passed: true });
});

test('a retry earlier than minRetrySeconds still waits, and does not start the wait again', async () => {
  await ask();
  await pass('6 seconds');
  expect(await ask()).toMatchObject({ passed: false, waitSeconds: 4 });
  await pass('5 seconds');
  expect(await ask()).toMatchObject({ passed: true });
});

test('a retry later than maxRetryHours is a first attempt again', async () => {
  await ask();
  await pass('5 hours 1 second');
  expect(await ask()).toMatchObject({ passed: false, waitSeconds: 10 });
  await pass('10 seconds');
  expect(await ask()).toMatchObject({ passed: true });
});

test('what passed is not asked for whitelistDays, and each passing renews it', async () => {
  await ask();
  await pass('1 minute');
  await ask();
  await pass('13 days');
  expect(await ask()).toMatchObject({ passed: true });
  await pass('13 days');
  expect(await ask()).toMatchObject({ passed: true });
  await pass('14 days 1 second');
  expect(await ask()).toMatchObject({ passed: false, waitSeconds: 10 });
});

test('a changed setting counts for what is remembered already', async () => {
  await ask();
  await pass('1 minute');
  await ask();
  await pass('2 days');
  expect(await ask({}, { whitelistDays: 1 })).toMatchObject({ passed: false, waitSeconds: 10 });
});

test('another sender, recipient or network is another triplet', async () => {
  await ask();
  await pass('1 minute');
  expect(await ask()).toMatchObject({ passed: true });
  for (const over of [
    { sender: 'b@remote.test' },
    { sender: '' },
    { recipient: 'boris@example.test' },
    { network: '2001:db8:1:2::/64' },
  ]) {
    expect(await ask(over)).toMatchObject({ passed: false, waitSeconds: 10 });
  }
});

test('a network that passed with several senders is known as a whole', async () => {
  for (const sender of ['a@remote.test', 'b@remote.test', 'b@remote.test', 'c@remote.test']) {
    await ask({ sender });
    await pass('1 minute');
    expect(await ask({ sender })).toMatchObject({ passed: true });
  }
  expect(await ask({ sender: 'never@seen.test', recipient: 'x@example.test' })).toMatchObject({
    passed: true,
  });
  expect(await ask({ sender: 'never@seen.test', network: '198.51.100.0/24' })).toMatchObject({
    passed: false,
  });
  // Renewed by the mail that came meanwhile.
  await pass('13 days');
  expect(await ask({ sender: 'other@seen.test' })).toMatchObject({ passed: true });
  await pass('13 days');
  expect(await ask({ sender: 'third@seen.test' })).toMatchObject({ passed: true });
  await pass('15 days');
  expect(await ask({ sender: 'third@seen.test' })).toMatchObject({ passed: false });
});

test('one sender to many recipients does not make its network known', async () => {
  for (const recipient of ['1@example.test', '2@example.test', '3@example.test', '4@example.test']) {
    await ask({ recipient });
    await pass('1 minute');
    await ask({ recipient });
  }
  expect(await ask({ sender: 'never@seen.test' })).toMatchObject({ passed: false });
});

test('attempts of the same triplet at the same time leave one row', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask()));
  expect(answers.every((answer) => !answer.passed)).toBe(true);
  const rows = await owner.query({ text: 'select 1 from lists.greylist' });
  expect(rows).toHaveLength(1);
});

test('what counts no more is removed, the rest stays', async () => {
  await ask({ sender: 'passed@remote.test' });
  await pass('1 minute');
  await ask({ sender: 'passed@remote.test' });
  await ask({ sender: 'waiting@remote.test' });
  await pass('6 hours');
  await ask({ sender: 'fresh@remote.test' });
  expect(await forgetExpired(db, rules)).toMatchObject({ gone: 1 });
  await pass('14 days');
  expect(await forgetExpired(db, rules)).toMatchObject({ gone: 2 });
  expect(await owner.query({ text: 'select 1 from lists.greylist' })).toEqual([]);
});

test('what may not be remembered is put off without a row; what has one goes on', async () => {
  expect(await checkTriplet(db, triplet, rules, false)).toMatchObject({ passed: false, isNew: false });
  expect(await owner.query({ text: 'select 1 from lists.greylist' })).toEqual([]);
  expect(await ask()).toMatchObject({ passed: false, isNew: true });
  await pass('11 seconds');
  expect(await checkTriplet(db, triplet, rules, false)).toMatchObject({ passed: true });
});

test('a network with a hundred thousand made-up senders is looked through by those that passed', async () => {
  await owner.query({
    text: `insert into lists.greylist (network, sender, recipient)
      select $1::cidr, 'made-up' || n, $2 from generate_series(1, 100000) n`,
    values: [triplet.network, triplet.recipient],
  });
  for (const sender of ['one@a.test', 'two@a.test', 'three@a.test'])
    await ask({ sender }, { knownSenders: 3 });
  await pass('11 seconds');
  for (const sender of ['one@a.test', 'two@a.test', 'three@a.test'])
    await ask({ sender }, { knownSenders: 3 });
  expect(await ask({ sender: 'new@a.test' })).toMatchObject({ passed: true });
  const plan = await owner.query<{ 'QUERY PLAN': string }>({
    text: `explain select sender from lists.greylist where network = '${triplet.network}' and passed_at is not null limit 200`,
  });
  expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toMatch(/greylist_passed/);
});

test('a first attempt, an early one, a return and one that is known are told apart', async () => {
  expect(await ask()).toMatchObject({ passed: false, isFirst: true });
  expect(await ask()).toMatchObject({ passed: false, isFirst: false });
  await pass('6 hours');
  expect(await ask()).toMatchObject({ passed: false, isFirst: true, isNew: false });
  await pass('11 seconds');
  expect(await ask()).toEqual({ passed: true, isReturn: true });
  expect(await ask()).toEqual({ passed: true, isReturn: false });
});

test('who never came again is counted when that is over, and not what any network may complete', async () => {
  await ask({ sender: 'spam@remote.test' });
  await ask({ sender: 'passed@remote.test' });
  await ask({ sender: 'large@remote.test', network: '0.0.0.0/0' });
  await pass('1 minute');
  await ask({ sender: 'passed@remote.test' });
  await pass('15 days');
  expect(await forgetExpired(db, rules)).toEqual({ gone: 3, unreturned: 1 });
});

test('beyond so many rows the oldest go', async () => {
  for (const sender of ['1@a.test', '2@a.test', '3@a.test']) {
    await ask({ sender });
    await pass('1 second');
  }
  expect(await forgetSurplus(db, 2)).toBe(1);
  const left = await owner.query({ text: 'select sender from lists.greylist order by sender' });
  expect(left).toEqual([{ sender: '2@a.test' }, { sender: '3@a.test' }]);
});

test('what was done is added up by the day, and kept for 90 days', async () => {
  const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
  for (const count of [2, 3]) {
    await addGreylistCounts(db, [
      { day: dayAgo(0), outcome: 'deferred', count },
      { day: dayAgo(0), outcome: 'early', count: -1 },
      { day: dayAgo(3), outcome: 'returned', count },
      { day: dayAgo(91), outcome: 'known', count },
    ]);
  }
  const none = { known: 0, white: 0, deferred: 0, early: 0, returned: 0, unreturned: 0 };
  expect(await readGreylistDays(db, 90)).toEqual([
    { day: dayAgo(0), ...none, deferred: 5 },
    { day: dayAgo(3), ...none, returned: 5 },
  ]);
  expect(await readGreylistDays(db, 3)).toHaveLength(1);
  await forgetGreylistDays(db);
  expect(await owner.query({ text: 'select from lists.greylist_day' })).toHaveLength(3);
});
