// What is shown of the black lists of the DNS, and sparing those whom a faulty one refused.
import {
  adminDnsbl,
  adminGreylist,
  adminLists,
  adminOverview,
  adminSettings,
  check,
  connectBus,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { type Database, openDatabase } from '@pochtar/store/db';
import { listAudit } from '@pochtar/store/audit';
import { forgetDnsblRefusals, recordDnsblRefusals } from '@pochtar/store/lists';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let running: Running;
let smtp: Database;
let owner: Database;
const ending: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  running = await runService();
  const { testDatabase } = running;
  smtp = openDatabase({ url: testDatabase.url('smtp'), password: testDatabase.password });
  owner = openDatabase({ url: testDatabase.url(), password: testDatabase.password });
  await running.get(adminSettings.set, {
    changes: [{ section: 'dnsbl', patch: { zones: ['well.test', 'faulty.test'] } }],
  });
});
afterAll(async () => {
  await owner[Symbol.asyncDispose]();
  await smtp[Symbol.asyncDispose]();
  await running[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await owner.query({ text: 'delete from lists.dnsbl_zone' });
  await owner.query({ text: 'delete from lists.dnsbl_refusal' });
  await owner.query({ text: 'delete from lists.entry' });
  await owner.query({
    text: `insert into lists.dnsbl_zone (zone, state, fault, since, checked_at, faulty_from) values
      ('well.test', 'good', null, now(), now(), null),
      ('faulty.test', 'suspended', 'listsEverybody', now(), now(), now() - interval '1 hour')`,
  });
});
afterEach(async () => {
  for (const one of ending.splice(0)) await one.stop();
});

const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);

function refused(zone: string, clientAddress: string, minutes = 1) {
  const at = minutesAgo(minutes);
  const mail = { reversePath: 'a@remote.test', recipient: 'anna@demo.test' };
  return recordDnsblRefusals(smtp, [{ zone, clientAddress, firstAt: at, lastAt: at, count: 1, ...mail }]);
}

/** filter-dnsbl, which knows who is listed by a list that is well. */
async function answerAsFilter(listed: readonly string[]): Promise<string[]> {
  const asked: string[] = [];
  const { url, password } = running.nats;
  const bus = await connectBus({ url, user: 'filter-dnsbl', password, name: 'filter', log: silentLogger() });
  bus.answer(check('dnsbl'), async ({ clientAddress }) => {
    asked.push(clientAddress);
    return { result: listed.includes(clientAddress) ? ('reject' as const) : ('accept' as const) };
  });
  await bus.connection.flush();
  ending.push({ stop: () => bus[Symbol.asyncDispose]() });
  return asked;
}

test('shows how each list is and whom it refused while it was at fault, lists that were removed as well', async () => {
  await refused('faulty.test', '198.51.100.1');
  await refused('faulty.test', '198.51.100.2', 120);
  await refused('gone.test', '198.51.100.3', 120);
  const { zones } = await running.get(adminDnsbl.status, {});
  expect(zones).toMatchObject([
    { zone: 'well.test', isConfigured: true, state: 'good', reason: null, refused: 0 },
    { zone: 'faulty.test', state: 'suspended', reason: { en: 'lists everybody' }, refused: 1, shut: 1 },
    { zone: 'gone.test', isConfigured: false, refused: 1 },
  ]);
  const { refusals } = await running.get(adminDnsbl.refusals, { zone: 'faulty.test' });
  expect(refusals).toMatchObject([
    {
      address: '198.51.100.1',
      count: 1,
      sender: 'a@remote.test',
      recipient: 'anna@demo.test',
      isWhite: false,
    },
  ]);
  const since = minutesAgo(180).toISOString();
  const all = await running.get(adminDnsbl.refusals, { zone: 'faulty.test', since });
  expect(all.refusals.map(({ address }) => address)).toEqual(['198.51.100.1', '198.51.100.2']);
});

test('one action white-lists for 7 days whom it refused, without opening a relay, and is written down', async () => {
  await refused('faulty.test', '198.51.100.1');
  await refused('faulty.test', '2001:db8::1');
  await answerAsFilter([]);
  expect(await running.get(adminDnsbl.pardon, { zone: 'faulty.test' })).toMatchObject({
    added: 2,
    isMore: false,
  });
  const { entries } = await running.get(adminLists.list, { list: 'white' });
  expect(
    entries
      .map(({ value, opensRelay, comment }) => ({ value, opensRelay, comment }))
      .toSorted((a, b) => a.value.localeCompare(b.value)),
  ).toEqual([
    { value: '198.51.100.1', opensRelay: false, comment: 'DNSBL: faulty.test' },
    { value: '2001:db8::1', opensRelay: false, comment: 'DNSBL: faulty.test' },
  ]);
  for (const { expiresAt } of entries) {
    const days = (Date.parse(expiresAt ?? '') - Date.now()) / 86_400_000;
    expect(Math.round(days * 100) / 100).toBe(7);
  }
  const { refusals } = await running.get(adminDnsbl.refusals, { zone: 'faulty.test' });
  expect(refusals.every(({ isWhite }) => isWhite)).toBe(true);
  expect(await running.get(adminDnsbl.pardon, { zone: 'faulty.test' })).toMatchObject({ added: 0 });
  const audit = await listAudit(running.db, { limit: 10 });
  expect(audit.some(({ action, object }) => action === 'dnsbl.pardon' && object === 'faulty.test')).toBe(
    true,
  );
});

test('who is on a list that is well, on our own black list or white already stays as he is', async () => {
  for (const host of [1, 2, 3, 4]) await refused('faulty.test', `198.51.100.${host}`);
  await running.get(adminLists.add, { list: 'black', value: '198.51.100.2/31' });
  await running.get(adminLists.add, { list: 'white', value: '198.51.100.4/32' });
  const asked = await answerAsFilter(['198.51.100.1']);
  expect(await running.get(adminDnsbl.pardon, { zone: 'faulty.test' })).toEqual({
    ...{ added: 0, listedElsewhere: 1, black: 2, white: 1, isMore: false },
  });
  // Whom we have decided about already is nobody's question.
  expect(asked).toEqual(['198.51.100.1']);
});

test('an entry that has ended does not stand in the way, and goes in again with its end', async () => {
  await refused('faulty.test', '198.51.100.1');
  await owner.query({
    text: `insert into lists.entry (list, kind, value, author, expires_at, revision)
      values ('white', 'address', '198.51.100.1', 'test', now() - interval '1 day', 1)`,
  });
  await answerAsFilter([]);
  expect(await running.get(adminDnsbl.pardon, { zone: 'faulty.test' })).toMatchObject({ added: 1 });
});

test('an entry that opens no relay is exported and entered again as such', async () => {
  const added = await running.get(adminLists.addMany, {
    list: 'white',
    lines: ['192.0.2.1 until=2127-01-01T00:00:00Z relay=no # spared', '192.0.2.2 relay=no', '192.0.2.3'],
  });
  expect(added.added).toBe(3);
  const { entries } = await running.get(adminLists.list, { list: 'white' });
  expect(entries.map(({ value, opensRelay }) => `${value} ${opensRelay}`).toSorted()).toEqual([
    ...['192.0.2.1 false', '192.0.2.2 false', '192.0.2.3 true'],
  ]);
});

test('the overview tells of a list at fault and of whom it refused', async () => {
  await refused('faulty.test', '198.51.100.1');
  const codes = async () =>
    (await running.get(adminOverview.server, {})).remarks.map(({ code, tone }) => `${code} ${tone}`);
  expect(await codes()).toEqual(expect.arrayContaining(['dnsblSuspended warn', 'dnsblRefused warn']));
  await owner.query({ text: `update lists.dnsbl_zone set fault = 'silent' where zone = 'faulty.test'` });
  await running.get(adminSettings.set, { changes: [{ section: 'dnsbl', patch: { onNoAnswer: 'reject' } }] });
  expect(await codes()).toContain('dnsblSuspended danger');
});

test('what was refused is kept for a week, and in bounds', async () => {
  await refused('faulty.test', '198.51.100.1', 8 * 24 * 60);
  for (const host of [2, 3, 4]) await refused('faulty.test', `198.51.100.${host}`, host);
  const filter = openDatabase({
    url: running.testDatabase.url('filter-dnsbl'),
    password: running.testDatabase.password,
    max: 1,
  });
  await forgetDnsblRefusals(filter, 1);
  await filter[Symbol.asyncDispose]();
  const left = await owner.query<{ client: string }>({
    text: 'select host(client) as client from lists.dnsbl_refusal order by 1',
  });
  expect(left.map(({ client }) => client)).toEqual(['198.51.100.2', '198.51.100.3']);
});

test('what greylisting did is shown by the day', async () => {
  await owner.query({
    text: `insert into lists.greylist_day values ((now() at time zone 'UTC')::date, 'deferred', 7),
      ((now() at time zone 'UTC')::date, 'returned', 3)`,
  });
  const { days } = await running.get(adminGreylist.status, {});
  expect(days).toMatchObject([{ deferred: 7, returned: 3, known: 0 }]);
  expect(days[0]?.day).toMatch(/^\d{4}-\d\d-\d\d$/);
});
