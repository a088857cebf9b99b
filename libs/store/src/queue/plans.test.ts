// How much of the queue is read for a batch: its tables are empty most of the time, and fill up in seconds.
import { createTestDatabase } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { type Database, openDatabase } from '../db.ts';
import { deliverPlain } from './deliver.ts';

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
