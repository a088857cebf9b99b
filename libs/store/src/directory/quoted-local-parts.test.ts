// Names that an earlier version kept without their quotes.
import { readFileSync } from 'node:fs';
import { createTestDatabase, type TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../db.ts';

let cluster: TestDatabase;
let owner: Database;
beforeAll(async () => {
  cluster = await createTestDatabase();
  owner = openDatabase({ url: cluster.url(), password: cluster.password });
});
afterAll(async () => {
  await owner[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

test('get quotes where they need some; all others, and what has them, stay as they are', async () => {
  const kept = ['anna@demo.test', 'a.b+c@demo.test', 'почта@demo.test', '"in quotes"@demo.test'];
  const changed = { 'john doe@demo.test': '"john doe"@demo.test', 'a@b@demo.test': '"a@b"@demo.test' };
  const odd = { 'a..b@demo.test': '"a..b"@demo.test', 'a"b\\c@demo.test': String.raw`"a\"b\\c"@demo.test` };
  const before = [...kept, ...Object.keys(changed), ...Object.keys(odd)];
  const after = [...kept, ...Object.values(changed), ...Object.values(odd)];
  await owner.query({ text: "insert into directory.domain (name) values ('demo.test')" });
  await owner.query({
    text: `with made as (
        insert into directory.account (domain_id, address) select d.id, one from directory.domain d, unnest($1::text[]) one
        returning id, domain_id, address)
      insert into directory.address (address, domain_id, kind, account_id) select address, domain_id, 'account', id from made`,
    values: [before],
  });
  await owner.query({
    text: `insert into directory.address (address, domain_id, kind, targets)
      select 'all@demo.test', id, 'group', $1 from directory.domain`,
    values: [before],
  });
  const migration = new URL('../../migrations/1021_quoted_local_parts.sql', import.meta.url);
  await owner.query({ text: readFileSync(migration, 'utf8') });
  for (const table of ['account', 'address']) {
    const rows = await owner.query<{ address: string }>({
      text: `select address from directory.${table} where address <> 'all@demo.test'`,
    });
    expect(rows.map(({ address }) => address).toSorted()).toEqual(after.toSorted());
  }
  const [all] = await owner.query<{ targets: string[] }>({
    text: "select targets from directory.address where kind = 'group'",
  });
  expect(all?.targets).toEqual(after);
});
