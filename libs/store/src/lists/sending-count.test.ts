import { createTestDatabase, type TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../db.ts';
import { countSending, forgetSendingCounts, type Sending } from './sending-count.ts';

let testDatabase: TestDatabase;
let db: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  db = openDatabase({ url: testDatabase.url('smtp'), password: testDatabase.password, max: 4 });
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await testDatabase[Symbol.asyncDispose]();
});

// An hour does not end within a test as easily as a minute does.
const of = (subject: string): Sending => ({ subject, period: 'hour' });

test('each of a batch gets its own number, in order, whatever it shares the batch with', async () => {
  expect(await countSending(db, [of('a'), of('b'), of('a'), of('a')])).toEqual([1, 1, 2, 3]);
  expect(await countSending(db, [of('b'), of('a')])).toEqual([2, 4]);
});

test('concurrent batches in opposite orders neither wait in a circle nor lose a count', async () => {
  const subjects = Array.from({ length: 20 }, (_, index) => `s${index}`);
  const rounds = Array.from({ length: 40 }, (_, round) =>
    countSending(db, (round % 2 ? subjects : subjects.toReversed()).map(of)),
  );
  await Promise.all(rounds);
  expect(await countSending(db, subjects.map(of))).toEqual(subjects.map(() => 41));
});

test('what is over is forgotten, what counts stays', async () => {
  await db.query({ text: `insert into lists.sending_count values ('old', now() - interval '3 hours', 7)` });
  await countSending(db, [of('young')]);
  await forgetSendingCounts(db);
  const rows = await db.query<{ subject: string }>({
    text: `select subject from lists.sending_count where subject in ('old', 'young')`,
  });
  expect(rows).toEqual([{ subject: 'young' }]);
});
