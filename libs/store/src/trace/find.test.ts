// Searching what became of mail, where it is too much for one answer.
import { createTestDatabase, type TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase, type Statement } from '../db.ts';
import { findDeliveries, findRefusals, type Search, type TraceFilter } from './find.ts';

const ROWS = 40;
const APART_MS = 6 * 60_000;
/** A window an answer, whatever the size of the table. */
const ONE_WINDOW: Search = { milliseconds: 0, smallBytes: 0 };

let database: TestDatabase;
let delivery: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  const { password } = database;
  await using owner = openDatabase({ url: database.url(), password });
  delivery = openDatabase({ url: database.url('delivery'), password });
  // One in six minutes, every tenth for Anna.
  await owner.query({
    text: `insert into trace.delivery (mail_id, recipient, ended_at, accepted_at, reverse_path, origin, size, outcome)
      select gen_random_uuid(), case n % 10 when 0 then 'Anna' else 'to' || n end || '@one.test',
        now() - n * interval '6 minutes', now() - n * interval '6 minutes', 'Борис@far.test', 'incoming', 1, 'delivered'
      from generate_series(0, ${ROWS - 1}) n`,
  });
});
afterAll(async () => {
  await delivery[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const placeOf = (at: Date): number => Math.floor((Date.now() - at.getTime()) / APART_MS);

async function all(filter: Omit<TraceFilter, 'limit'>, search?: Search) {
  const found: number[] = [];
  let until: Date | undefined;
  for (let answers = 1; answers < 100; answers++) {
    const limit = 100;
    const { rows, searchedSince } = await findDeliveries(
      delivery,
      'all',
      { ...filter, until, limit },
      search,
    );
    found.push(...rows.map(({ endedAt }) => placeOf(endedAt)));
    if (searchedSince === null) return { found, answers };
    expect(until === undefined || searchedSince < until).toBe(true);
    until = searchedSince;
  }
  throw new Error('the search has no end');
}

test('a search that was stopped goes on from where it says, and finds everything once, newest first', async () => {
  const since = new Date(Date.now() - 35 * APART_MS);
  const { found, answers } = await all({ recipient: 'ANNA@', since }, ONE_WINDOW);
  expect(found).toEqual([0, 10, 20, 30]);
  expect(answers).toBeGreaterThan(5);
});

test('a small trace is looked at whole at once, whatever the time that takes', async () => {
  const search = { milliseconds: 0, smallBytes: 1024 * 1024 };
  expect(await all({ address: 'бОРИС' }, search)).toMatchObject({ answers: 1, found: { length: ROWS } });
});

test('what is asked for without a condition fills its page, however far back that is', async () => {
  const { rows, searchedSince } = await findDeliveries(delivery, 'all', { limit: 30 }, ONE_WINDOW);
  expect([rows.length, searchedSince]).toEqual([30, null]);
});

test('of a long trace, a window of time reads the blocks that it is in and few beside them', async () => {
  await using long = await createTestDatabase();
  const { password } = long;
  await using owner = openDatabase({ url: long.url(), password });
  await using reader = openDatabase({ url: long.url('delivery'), password, max: 1 });
  await owner.query({
    text: `insert into trace.delivery (mail_id, recipient, ended_at, accepted_at, reverse_path, origin, size, outcome)
      select gen_random_uuid(), 'to' || n || '@one.test', now() - (20000 - n) * interval '1 minute', now(), 's@far.test',
        'incoming', 1, 'delivered'
      from generate_series(1, 20000) n`,
  });
  await owner.query({ text: 'vacuum analyze trace.delivery' });
  const read = async (): Promise<number> => {
    await reader.query({ text: 'select pg_stat_force_next_flush()' });
    const [row] = await reader.query<{ read: number }>({
      text: `select seq_tup_read + coalesce(idx_tup_fetch, 0) as read from pg_stat_user_tables
        where schemaname = 'trace' and relname = 'delivery'`,
    });
    return row?.read ?? 0;
  };
  const before = await read();
  const search: Search = { milliseconds: 60_000, smallBytes: 0 };
  const { rows } = await findDeliveries(reader, 'all', { address: 'far.test', limit: 50 }, search);
  expect(rows).toHaveLength(50);
  expect((await read()) - before).toBeLessThan(3000);
});

test('of refused attempts only those that are answered are taken apart by recipient', async () => {
  await using owner = openDatabase({ url: database.url(), password: database.password, max: 1 });
  await owner.query({
    text: `insert into trace.refusal (at, reverse_path, recipient, recipients, reply)
      select now() - n * interval '1 minute', 'spam@far.test', 'a@one.test', array['a@one.test', 'to' || n || '@one.test'],
        '550 no' from generate_series(1, 500) n`,
  });
  const told = async (filter: Omit<TraceFilter, 'limit'>) => {
    const asked: Statement[] = [];
    const hearing = {
      query: <Row>(statement: Statement) => {
        asked.push(statement);
        return delivery.query<Row>(statement);
      },
    };
    const { rows } = await findRefusals(hearing, 'all', { ...filter, limit: 10 });
    const { text, values } = asked.at(-1) as Statement;
    const [{ 'QUERY PLAN': plan } = { 'QUERY PLAN': [] }] = await owner.query<{ 'QUERY PLAN': unknown[] }>({
      text: `explain (analyze, format json) ${text}`,
      values: values ?? [],
    });
    return { rows, takenApart: takenApart(plan) };
  };
  const everyone = await told({ address: 'FAR.test' });
  expect(everyone.rows).toHaveLength(10);
  expect(everyone.takenApart).toBe(10);
  const one = await told({ recipient: 'TO77@' });
  expect(one.rows).toMatchObject([{ recipient: 'to77@one.test', otherRecipients: ['a@one.test'] }]);
  // Once to see that it is he, once to tell of it.
  expect(one.takenApart).toBe(2);
  // Two addresses side by side are not one that has both ends.
  expect((await told({ recipient: '.test to' })).rows).toEqual([]);
  expect((await told({ recipient: '.test\nto' })).rows).toEqual([]);
});

/** How often a plan called a function that makes rows. */
function takenApart(plan: unknown): number {
  if (typeof plan !== 'object' || plan === null) return 0;
  const below = Object.values(plan).reduce((sum: number, one: unknown) => sum + takenApart(one), 0);
  const { 'Node Type': type, 'Actual Loops': loops } = plan as Record<string, unknown>;
  return below + (type === 'Function Scan' ? (loops as number) : 0);
}
