import { readFileSync } from 'node:fs';
import { openDatabase } from '@pochtar/store/db';
import { schemaState } from '@pochtar/store/migrate';
import { expect, test } from 'vitest';
import { createTestDatabase } from './database.ts';

test('a test database is migrated and every program role can log in', async () => {
  await using db = await createTestDatabase();
  for (const role of ['owner', 'smtp', 'pochtar_delivery', 'ldap']) {
    await using connection = openDatabase({ url: db.url(role), passwordFile: db.passwordFile, max: 1 });
    expect(await schemaState(connection)).toBe('ready');
  }
  expect(readFileSync(db.passwordFile, 'utf8')).toBe(db.password);
});

test('two test databases are separate, and a disposed one is gone even with a session open', async () => {
  await using other = await createTestDatabase();
  const gone = await createTestDatabase();
  await using open = openDatabase({ url: gone.url(), password: gone.password, max: 1, onError: () => {} });
  await open.query({ text: 'create table public.mark (n int)' });
  await gone[Symbol.asyncDispose]();

  await using reader = openDatabase({ url: other.url(), password: other.password, max: 1 });
  const names = await reader.query<{ datname: string }>({ text: 'select datname from pg_database' });
  expect(names.map((row) => row.datname)).toContain(other.name);
  expect(names.map((row) => row.datname)).not.toContain(gone.name);
  const marks = await reader.query({ text: "select 1 from pg_tables where tablename = 'mark'" });
  expect(marks).toEqual([]);
});

test('a wrong password is refused', async () => {
  await using db = await createTestDatabase();
  await using connection = openDatabase({ url: db.url('smtp'), password: 'wrong', max: 1 });
  await expect(connection.query({ text: 'select 1' })).rejects.toThrow(/password authentication failed/);
});
