// Looking for a part of an object in a long audit log.
import { createTestDatabase, type TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../db.ts';
import { type AuditFilter, beginAudit, findAudit } from './index.ts';

const ENTRIES = 45;
/** Each answer looks at ten entries, and has no time for more. */
const ONE_PART = { part: 10, milliseconds: 0 };

let database: TestDatabase;
let settings: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  const { password } = database;
  settings = openDatabase({ url: database.url('settings'), password });
  // Every tenth is of Борис.
  await settings.query({
    text: `insert into audit.entry (author, role, action, object, details, outcome)
      select 'console:' || n % 2, 'admin', case n % 3 when 0 then 'account.create' else 'queue.hold' end,
        case n % 10 when 0 then 'Борис' else 'user' || n end || '@One.test', '{}', 'done'
      from generate_series(1, ${ENTRIES}) n`,
  });
});
afterAll(async () => {
  await settings[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function all(filter: Omit<AuditFilter, 'limit'>) {
  const found: number[] = [];
  let before: number | undefined;
  for (let answers = 1; answers < ENTRIES; answers++) {
    const page = await findAudit(settings, { ...filter, before, limit: 2 }, ONE_PART);
    found.push(...page.entries.map(({ id }) => id));
    if (page.next === null) return { found, answers };
    expect(page.searchedSince === null).toBe(page.entries.length === 2);
    before = page.next;
  }
  throw new Error('the search has no end');
}

test('a search goes on where its time was up, and finds every entry once, newest first', async () => {
  expect(await all({ object: 'бОРИС' })).toEqual({ found: [40, 30, 20, 10], answers: 5 });
  expect(await all({ object: 'nobody' })).toEqual({ found: [], answers: 5 });
  expect((await all({ object: 'one.TEST' })).found).toHaveLength(ENTRIES);
});

test('what indexes lead to is narrowed first, and no part of the search is spent on anything else', async () => {
  const found = { found: [30], answers: 2 };
  expect(await all({ object: 'Борис', action: 'account' })).toEqual(found);
  expect(await all({ object: 'Борис', action: 'account.create', author: 'console:0' })).toEqual({
    ...found,
    answers: 1,
  });
});

test('that a change begins is on the disk before it is made; how it ended is seen at once and no flush is waited for', async () => {
  const entry = { author: 'test', role: 'admin', action: 'domain.create', object: 'x.test', details: {} };
  // Within a transaction the next statement sees what the commit will do.
  await settings.transaction(async (tx) => {
    const waits = async (): Promise<unknown> => (await tx.query({ text: 'show synchronous_commit' }))[0];
    const begun = await beginAudit(tx, entry);
    expect(await waits()).toEqual({ synchronous_commit: 'on' });
    await begun.end('done');
    expect(await waits()).toEqual({ synchronous_commit: 'off' });
  });
  const [found] = (await findAudit(settings, { author: 'test', limit: 1 })).entries;
  expect(found).toMatchObject({ object: 'x.test', outcome: 'done' });
});
