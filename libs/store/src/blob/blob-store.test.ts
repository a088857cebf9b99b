// The store as its users see it, on a real directory and real Postgres.
import { createTestDatabase, temporaryDirectory } from '@pochtar/testkit';
import { silentLogger } from '@pochtar/runtime';
import { expect, test } from 'vitest';
import { openDatabase } from '../db.ts';
import { openBlobStore } from './index.ts';

test('a body that was put is read back whole and by range', async () => {
  await using database = await createTestDatabase();
  using directory = temporaryDirectory();
  await using owner = openDatabase({ url: database.url(), password: database.password });
  await owner.query({
    text: `insert into store.volume (name, kind, config) values ('main', 'directory', $1)`,
    values: [{ path: directory.path }],
  });
  await using db = openDatabase({ url: database.url('smtp'), password: database.password });
  await using store = await openBlobStore({ db, instance: crypto.randomUUID(), log: silentLogger() });
  const reference = await store.put(crypto.randomUUID(), Buffer.from('Subject: x\r\n\r\nbody\r\n'));
  expect((await store.read(reference)).toString()).toBe('Subject: x\r\n\r\nbody\r\n');
  expect((await store.read(reference, { start: 14, end: 18 })).toString()).toBe('body');
});
