// How much of the queue is read for a batch, and for a page: its tables are empty most of the time, and fill up in seconds.
import { createTestDatabase, type TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../db.ts';
import { createDomain } from '../directory/index.ts';
import { listQueue } from './browse.ts';
import { deliverPlain } from './deliver.ts';
import type { QueueFilter } from './find.ts';

const MAILS = 3000;
const BATCH = 200;

/** Rows of the queue's tables that statements have looked at so far. */
async function rowsRead(db: Database): Promise<number> {
  const [row] = await db.query<{ read: number }>({
    text: `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int8 as read from pg_stat_user_tables
      where schemaname = 'queue' and relname in ('mail', 'recipient', 'verdict')`,
  });
  return row?.read ?? 0;
}

test('what was planned while the queue was empty and vacuumed does not read the next backlog whole for each of its mails', async () => {
  await using database = await createTestDatabase();
  const { password } = database;
  await using owner = openDatabase({ url: database.url(), password });
  await using delivery = openDatabase({ url: database.url('delivery'), password, max: 1 });
  for (const table of ['mail', 'recipient', 'verdict']) await owner.query({ text: `vacuum queue.${table}` });
  // A plan is kept after five executions.
  for (let times = 0; times < 10; times++) await deliverPlain(delivery, []);
  const mails = await owner.query<{ id: string }>({
    text: `with m as (
        insert into queue.mail (id, content_id, accepted_at, reverse_path, origin, size, step, step_at)
        select gen_random_uuid(), gen_random_uuid(), now(), '', 'incoming', 1, 'deliver', now()
        from generate_series(1, ${MAILS}) returning id)
      insert into queue.recipient (mail_id, address, route, account_id)
      select id, 'anna@demo.test', 'local', 1 from m returning mail_id as id`,
  });
  await delivery.query({ text: 'select pg_stat_force_next_flush()' });
  const before = await rowsRead(delivery);
  await deliverPlain(
    delivery,
    mails.slice(0, BATCH).map(({ id }) => id),
  );
  await delivery.query({ text: 'select pg_stat_force_next_flush()' });
  // Some times the whole queue, and not the queue times itself.
  expect((await rowsRead(delivery)) - before).toBeLessThan(20 * MAILS);
});

const LARGE = 30_000;

describe('in a large queue', () => {
  let database: TestDatabase;
  let delivery: Database;

  // Mails that wait for 3,000 far sides; a hundred are held on their way to thirty of them, or to a mailbox here.
  beforeAll(async () => {
    database = await createTestDatabase();
    const { password } = database;
    await using owner = openDatabase({ url: database.url(), password });
    delivery = openDatabase({ url: database.url('delivery'), password, max: 1 });
    await createDomain(owner, 'ours.test');
    await owner.query({
      text: `with m as (
          insert into queue.mail (id, content_id, accepted_at, reverse_path, origin, size, step, step_at, state)
          select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, gen_random_uuid(), now(), '', 'incoming', 1,
            case when n % 300 = 0 then 'dlp' else 'schedule' end, now(), case when n % 300 = 0 then 'held' else 'active' end
          from generate_series(1, ${LARGE}) n returning id, state, right(id::text, 12)::int as n)
        insert into queue.recipient (mail_id, address, route, destination, due_at)
        select id, case when n % 600 = 0 then 'anna@ours.test' else 'to@far' || n % 3000 || '.test' end,
          case when n % 600 = 0 then 'local' when state = 'held' then 'unrouted' else 'remote' end,
          case when state = 'active' then 'far' || n % 3000 || '.test' end, now() + interval '1 day' from m`,
    });
  });
  afterAll(async () => {
    await delivery[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  async function read(filter: Omit<QueueFilter, 'limit'>) {
    await delivery.query({ text: 'select pg_stat_force_next_flush()' });
    const before = await rowsRead(delivery);
    const page = await listQueue(delivery, 'all', { ...filter, limit: 50 });
    await delivery.query({ text: 'select pg_stat_force_next_flush()' });
    return { rows: (await rowsRead(delivery)) - before, shown: page.mails.length, total: page.total };
  }

  test('a page of scheduled mails reads what is counted and what is shown, and never all, whatever is known of the table', async () => {
    const { rows, shown, total } = await read({ state: 'scheduled' });
    expect([shown, total]).toEqual([50, 10_000]);
    expect(rows).toBeLessThan(10_001 * 1.01 + 20 * shown);
  });

  test('mails for a domain are found by reading no others, with a route or not yet', async () => {
    // A page that has all reads each of its rows some times.
    const remote = await read({ destination: 'far7.test' });
    expect([remote.shown, remote.rows < 20 * remote.shown]).toEqual([10, true]);
    const unrouted = await read({ destination: 'far300.test' });
    expect([unrouted.shown, unrouted.rows < 20 * unrouted.shown]).toEqual([10, true]);
    expect(await read({ destination: 'nowhere.test' })).toEqual({ rows: 0, shown: 0, total: 0 });
  });

  test('where the domain is ours, only what rests here is looked through', async () => {
    const { rows, shown } = await read({ destination: 'OURS.test' });
    expect(shown).toBe(50);
    expect(rows).toBeLessThan(20 * shown);
  });
});
