// What an older version held or let go, taken over by migration 0640: its statements on rows as that version left them.
import { readFileSync } from 'node:fs';
import { createTestDatabase, type TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../db.ts';

const sql = readFileSync(new URL('../../migrations/0640_holds_and_verdicts.sql', import.meta.url), 'utf8');
const updates = sql
  .replaceAll(/^--.*$/gm, '')
  .split(/;\s*$/m)
  .filter((statement) => /^\s*update /.test(statement));

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

const held: [reason: string | null, step: string, heldBy: string, filter: string | null][] = [
  ['held by ctl:root', 'deliver', 'person', null],
  ['filter antivirus: JudgementFailed: its content row is missing', 'antivirus', 'poison', null],
  ['delivery: Error: broken', 'deliver', 'poison', null],
  ['delivery: BlobMissing: pack 1 is on no volume', 'schedule', 'volume', null],
  ['antivirus: infected: Eicar (ClamAV)', 'deliver', 'filter', 'antivirus'],
  ['dkim: DMARC', 'deliver', 'filter', 'dkim'],
  [
    'its replaced content would leave for another server, with the original attached',
    'deliver',
    'filter',
    'dlp',
  ],
  // Not known for sure: letting a person's hold go overrules no verdict.
  ['something else', 'deliver', 'person', null],
  [null, 'antivirus', 'person', null],
];

test('what was held says who holds it, and what was let go is let go for the filters that held it', async () => {
  expect(updates).toHaveLength(3);
  const ids = held.map(() => crypto.randomUUID());
  const insert = `insert into queue.mail (id, content_id, accepted_at, reverse_path, origin, size, slip, step, step_at, state,
      reason, released)
    values ($1, $1, now(), '', 'incoming', 1, '{antivirus,dkim,dlp}', $2, now(), $3, $4, $5)`;
  for (const [index, [reason, step]] of held.entries()) {
    await db.query({ text: insert, values: [ids[index], step, 'held', reason, false] });
  }
  const released = crypto.randomUUID();
  await db.query({ text: insert, values: [released, 'schedule', 'active', null, true] });
  const verdict = `insert into queue.verdict (mail_id, filter, result, replacement_content_id) values ($1, $2, $3, $4)`;
  await db.query({ text: verdict, values: [ids[6], 'dlp', 'accept', crypto.randomUUID()] });
  await db.query({ text: verdict, values: [released, 'antivirus', 'quarantine', null] });
  await db.query({ text: verdict, values: [released, 'dkim', 'accept', null] });
  for (const text of updates) await db.query({ text });
  const rows = await db.query<{ id: string; held_by: string; held_filter: string }>({
    text: 'select id, held_by, held_filter from queue.mail where state = $1',
    values: ['held'],
  });
  const found = new Map(rows.map((row) => [row.id, [row.held_by, row.held_filter]]));
  expect(ids.map((id) => found.get(id))).toEqual(held.map(([, , heldBy, filter]) => [heldBy, filter]));
  expect(
    await db.query({
      text: 'select released_filters, held_by from queue.mail where id = $1',
      values: [released],
    }),
  ).toEqual([{ released_filters: ['antivirus'], held_by: null }]);
});
