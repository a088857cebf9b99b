// The lists as rows: what an earlier version kept in its document, and how whoever decides by them catches up.
import { readFileSync } from 'node:fs';
import { createTestDatabase, eventually, type TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase, type Statement } from '../db.ts';
import { readAccessChanges } from './access-changes.ts';
import {
  addEntries,
  changeEntry,
  countEntries,
  listEntries,
  type NewEntry,
  removeEntries,
} from './access-entries.ts';
import { nextListRevision } from './access-state.ts';
import { addEntryHits } from './entry-hits.ts';
import {
  addNetwork,
  changeNetwork,
  findNetwork,
  listNetworks,
  MAX_NETWORKS,
  removeNetwork,
} from './named-networks.ts';

let cluster: TestDatabase;
let db: Database;
beforeAll(async () => {
  cluster = await createTestDatabase();
  db = openDatabase({ url: cluster.url(), password: cluster.password });
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

function entry(value: string, kind: NewEntry['kind'] = 'address'): NewEntry {
  return { value, kind, comment: '', expiresAt: null };
}

async function valuesOf(list: 'white' | 'black'): Promise<string[]> {
  return (await listEntries(db, list, {}, { limit: 100 })).map(({ value }) => value);
}

test('what an earlier version kept in its document becomes rows, with its author and time', async () => {
  const migration = new URL('../../migrations/0800_list_entries.sql', import.meta.url);
  const moves = readFileSync(migration, 'utf8').split('-- The entries of the stored document.')[1] ?? '';
  const document = {
    white: [
      { value: '192.0.2.1', comment: 'relay', expiresAt: '' },
      { value: '2001:db8::/32', comment: '', expiresAt: '2027-01-31T12:00:00.000Z' },
      { value: 'network:ОФИС', comment: '', expiresAt: '' },
      { value: 'User@Ext.test', comment: '', expiresAt: '' },
      { value: 'network:gone', comment: '', expiresAt: '' },
    ],
    black: [
      { value: '@bad.test', comment: 'Спам', expiresAt: '' },
      { value: '198.51.100.0/24', comment: '', expiresAt: '' },
      { value: 'spam.test', comment: '', expiresAt: '' },
      { value: '2001:db8::1', comment: '', expiresAt: '' },
    ],
    networks: [{ name: 'Офис', addresses: ['10.0.0.0/8', '192.0.2.9'] }],
    whiteNamesNeedSpf: 'no',
  };
  await db.query({
    text: `insert into settings.section (name, revision, document, author, changed_at)
      values ('accessLists', 7, $1, 'console:anna', '2026-01-02T03:04:05Z')`,
    values: [JSON.stringify(document)],
  });
  await db.query({ text: moves.slice(moves.indexOf('\n')) });
  const white = await listEntries(db, 'white', {}, { limit: 10 });
  expect(white.map(({ kind, value }) => `${kind} ${value}`)).toEqual([
    'mailbox user@ext.test',
    'namedNetwork network:Офис',
    'network 2001:db8::/32',
    'address 192.0.2.1',
  ]);
  expect(white[3]).toMatchObject({
    ...{ comment: 'relay', author: 'console:anna', hits: 0, expiresAt: null },
    createdAt: new Date('2026-01-02T03:04:05Z'),
  });
  expect(white[2]?.expiresAt).toEqual(new Date('2027-01-31T12:00:00Z'));
  expect((await listEntries(db, 'black', {}, { limit: 10 })).map(({ kind }) => kind)).toEqual([
    'address',
    'domain',
    'network',
    'server',
  ]);
  expect(await findNetwork(db, 'оФИС')).toMatchObject({
    addresses: ['10.0.0.0/8', '192.0.2.9'],
    usedBy: ['white'],
  });
  const [section] = await db.query({
    text: `select s.revision, s.document, h.comment from settings.section s
      join settings.history h on h.section = s.name and h.revision = s.revision where s.name = 'accessLists'`,
  });
  expect(section).toEqual({
    revision: 8,
    document: { whiteNamesNeedSpf: 'no' },
    comment: 'entries of the lists are rows now',
  });
  // A second migrator finds nothing to do.
  await db.query({ text: moves.slice(moves.indexOf('\n')) });
  expect(await valuesOf('white')).toHaveLength(4);
});

describe('who decides by the lists', () => {
  test('reads everything once, and then what changed since', async () => {
    const all = await readAccessChanges(db, null);
    expect(all.isWhole).toBe(true);
    expect(all.entries).toHaveLength(8);
    expect(await readAccessChanges(db, all.revision)).toMatchObject({
      entries: [],
      removed: [],
      networks: [],
    });
    await addEntries(db, 'black', [entry('203.0.113.1'), entry('203.0.113.2')], 'test');
    await changeEntry(db, 'white', '192.0.2.1', { expiresAt: new Date('2030-01-01') });
    const more = await readAccessChanges(db, all.revision);
    expect(more.entries.map(({ value }) => value).toSorted()).toEqual([
      '192.0.2.1',
      '203.0.113.1',
      '203.0.113.2',
    ]);
    await removeEntries(db, 'black', ['203.0.113.1', '203.0.113.2', '203.0.113.3']);
    await changeNetwork(db, 'офис', { name: 'Office', addresses: ['10.0.0.0/9'] });
    const less = await readAccessChanges(db, more.revision);
    expect(less).toMatchObject({ isWhole: false, networks: [{ addresses: ['10.0.0.0/9'] }] });
    expect(less.removed).toHaveLength(2);
    expect(less.entries.map(({ value }) => value)).toEqual(['network:office']);
  });

  test('who is behind what is still known of removals reads everything again', async () => {
    const { revision } = await readAccessChanges(db, null);
    await addEntries(db, 'black', [entry('203.0.113.1')], 'test');
    await removeEntries(db, 'black', ['203.0.113.1']);
    expect(await readAccessChanges(db, revision)).toMatchObject({ isWhole: false });
    await db.query({ text: 'update lists.access_state set forgotten_to = revision' });
    expect(await readAccessChanges(db, revision)).toMatchObject({ isWhole: true, removed: [] });
    const now = await readAccessChanges(db, null);
    expect(await readAccessChanges(db, now.revision)).toMatchObject({ isWhole: false });
    // A database that was restored is behind who knows more.
    expect(await readAccessChanges(db, now.revision + 5)).toMatchObject({ isWhole: true });
  });

  test('changes of many at once become visible in the order of their revisions', async () => {
    const { revision } = await readAccessChanges(db, null);
    const values = Array.from({ length: 20 }, (_, host) => `203.0.113.${host + 100}`);
    let isAdded = false;
    const adding = Promise.all(values.map((value) => addEntries(db, 'black', [entry(value)], 'test')));
    const added = adding.finally(() => {
      isAdded = true;
    });
    let known = revision;
    const seen = new Set<string>();
    for (let isLast = false; !isLast; ) {
      isLast = isAdded;
      const changes = await readAccessChanges(db, known);
      for (const { value } of changes.entries) seen.add(value);
      known = changes.revision;
    }
    await added;
    expect([...seen].toSorted()).toEqual(values.toSorted());
    await removeEntries(db, 'black', values);
  });
});

test('a value stands once in a list; a full list takes no more', async () => {
  expect(await addEntries(db, 'black', [entry('203.0.113.1'), entry('203.0.113.1')], 'test')).toMatchObject({
    added: new Set(['203.0.113.1']),
  });
  expect(await addEntries(db, 'black', [entry('203.0.113.1')], 'test')).toMatchObject({ revision: null });
  await removeEntries(db, 'black', ['203.0.113.1']);
});

test('a named network stays while an entry refers to it, and its name is taken once', async () => {
  expect(await removeNetwork(db, 'OFFICE')).toEqual({ outcome: 'inUse', usedBy: ['white'] });
  const other = { name: 'Branch', addresses: ['10.1.0.0/16'], comment: '', author: 'test' };
  expect(await addNetwork(db, { ...other, name: 'office' })).toEqual({ outcome: 'exists' });
  expect(await addNetwork(db, other)).toMatchObject({ outcome: 'saved' });
  expect(await changeNetwork(db, 'branch', { name: 'Office' })).toEqual({ outcome: 'exists' });
  await removeEntries(db, 'white', ['network:office']);
  expect(await removeNetwork(db, 'office')).toMatchObject({ outcome: 'removed' });
  expect((await listNetworks(db, { limit: 10 })).map(({ name }) => name)).toEqual(['Branch']);
});

test('hits of many are added in one statement, also by two processes at once', async () => {
  const [first, second] = (await listEntries(db, 'black', {}, { limit: 2 })).map(({ id }) => id) as [
    number,
    number,
  ];
  const [early, late] = [new Date('2026-11-01'), new Date('2026-11-02')];
  const one = [
    { id: first, hits: 2, last: late },
    { id: second, hits: 1, last: early },
  ];
  const other = [
    { id: second, hits: 5, last: late },
    { id: first, hits: 1, last: early },
    { id: 999_999, hits: 1, last: early },
  ];
  await Promise.all([addEntryHits(db, one), addEntryHits(db, other)]);
  const rows = await listEntries(db, 'black', {}, { limit: 2 });
  expect(rows.map(({ hits, lastHitAt }) => [hits, lastHitAt])).toEqual([
    [3, late],
    [6, late],
  ]);
});

test('entries are found by text, kind, end and idleness, page by page', async () => {
  const find = async (filter: Parameters<typeof listEntries>[2], after?: number) =>
    (await listEntries(db, 'black', filter, { limit: 2, after })).map(({ value }) => value);
  expect(await find({ text: 'спам' })).toEqual(['@bad.test']);
  expect(await find({ text: '%' })).toEqual([]);
  expect(await find({ kind: 'domain' })).toEqual(['spam.test']);
  await changeEntry(db, 'black', 'spam.test', { expiresAt: new Date('2026-01-01') });
  expect(await find({ expired: true })).toEqual(['spam.test']);
  await db.query({
    text: `update lists.entry set created_at = now() - interval '200 days', last_hit_at = null
    where value = '@bad.test'`,
  });
  await db.query({ text: `update lists.entry set created_at = now() where value <> '@bad.test'` });
  expect(await countEntries(db, 'black', { kind: 'domain' })).toEqual({ value: 1, exact: true });
  expect(await find({ idleDays: 180 })).toEqual(['@bad.test']);
  const all = await listEntries(db, 'black', {}, { limit: 100 });
  expect(await find({}, all[1]?.id)).toEqual(all.slice(2, 4).map(({ value }) => value));
});

test('of two networks added at once where one has room, one is added', async () => {
  await db.query({
    text: `insert into lists.network (name, key, addresses, comment, author, revision)
      select 'fill' || n, 'fill' || n, '{192.0.2.1}', '', 'test', 0
      from generate_series(1, $1 - 1 - (select count(*)::int from lists.network)) n`,
    values: [MAX_NETWORKS],
  });
  const network = (name: string) => ({ name, addresses: ['192.0.2.1'], comment: '', author: 'test' });
  // The first is in the middle of its work when the second begins.
  const second = await db.transaction(async (tx) => {
    await nextListRevision(tx);
    const adding = addNetwork(db, network('second'));
    await eventually(async () => expect(await waiting()).toBe(1));
    await tx.query({
      text: `insert into lists.network (name, key, addresses, comment, author, revision)
        values ('first', 'first', '{192.0.2.1}', '', 'test', 0)`,
    });
    return { adding };
  });
  expect(await second.adding).toEqual({ outcome: 'full' });
  expect(await addNetwork(db, network('third'))).toEqual({ outcome: 'full' });
  const [row] = await db.query({ text: 'select count(*)::int as count from lists.network' });
  expect(row).toEqual({ count: MAX_NETWORKS });
});

/** Statements that wait for a lock. */
async function waiting(): Promise<number> {
  const rows = await db.query({
    text: `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  });
  return rows.length;
}

test('a removal is one statement, and so is what a process asks after it; what nobody is told of any more goes', async () => {
  await addEntries(db, 'black', [entry('203.0.113.7'), entry('203.0.113.8')], 'test');
  const { revision } = await readAccessChanges(db, null);
  let asked = 0;
  const counting = {
    query: <Row>(statement: Statement) => {
      asked++;
      return db.query<Row>(statement);
    },
  };
  const values = ['203.0.113.7', '203.0.113.8', '203.0.113.9'];
  const gone = await removeEntries(counting, 'black', values);
  expect(gone.removed.map(({ value }) => value)).toEqual(values.slice(0, 2));
  expect(asked).toBe(1);
  const less = await readAccessChanges(counting, revision);
  expect(less).toMatchObject({ revision: gone.revision, isWhole: false, entries: [], networks: [] });
  expect(new Set(less.removed)).toEqual(new Set(gone.removed.map(({ id }) => id)));
  expect(asked).toBe(2);
  await db.query({
    text: `insert into lists.removed_entry (revision, entry_id) select $1, 1000000 + n from generate_series(1, 20000) n`,
    values: [gone.revision],
  });
  await addEntries(db, 'black', [entry('203.0.113.7')], 'test');
  await removeEntries(db, 'black', ['203.0.113.7']);
  expect(await readAccessChanges(db, revision)).toMatchObject({ isWhole: true });
  const [left] = await db.query({ text: 'select count(*)::int as count from lists.removed_entry' });
  expect(left).toEqual({ count: 1 });
});
