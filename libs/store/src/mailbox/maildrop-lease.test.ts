import { createTestDatabase } from '@pochtar/testkit';
import type { TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../db.ts';
import { endLease, type MaildropLease, renewLeases, takeLease } from './maildrop-lease.ts';

let cluster: TestDatabase;
let db: Database;

beforeAll(async () => {
  cluster = await createTestDatabase();
  db = openDatabase({ url: cluster.url('pop3'), password: cluster.password });
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});
beforeEach(() => db.query({ text: 'delete from store.maildrop_lease' }));

const lease = (accountId: number): MaildropLease => ({ accountId, holder: crypto.randomUUID() });

/** As if a minute had passed without a renewal. */
const lapse = () => db.query({ text: "update store.maildrop_lease set until = until - interval '1 minute'" });

test('RFC 1939 §3: of many sessions at the same time one gets the maildrop', async () => {
  const taken = await Promise.all(Array.from({ length: 10 }, () => takeLease(db, lease(1))));
  expect(taken.filter(Boolean)).toHaveLength(1);
  expect(await takeLease(db, lease(2))).toBe(true);
});

test('a lease that was given back is free at once, and only its holder can give it back', async () => {
  const mine = lease(1);
  await takeLease(db, mine);
  await endLease(db, lease(1));
  expect(await takeLease(db, lease(1))).toBe(false);
  await endLease(db, mine);
  expect(await takeLease(db, lease(1))).toBe(true);
});

test('a lease that was not renewed ends, and is lost to its holder when another has taken it', async () => {
  const first = lease(1);
  await takeLease(db, first);
  await lapse();
  const second = lease(1);
  expect(await takeLease(db, second)).toBe(true);
  expect(await renewLeases(db, [first, second])).toEqual(new Set([second.holder]));
});

test('a lease that has ended but that nobody took is renewed: the database may have been away', async () => {
  const mine = lease(1);
  await takeLease(db, mine);
  await lapse();
  expect(await renewLeases(db, [mine])).toEqual(new Set([mine.holder]));
  expect(await takeLease(db, lease(1))).toBe(false);
});

test('taking it again, when the outcome of the first time is unknown, keeps it', async () => {
  const mine = lease(1);
  expect(await takeLease(db, mine)).toBe(true);
  expect(await takeLease(db, mine)).toBe(true);
});

test('renewals of two processes in opposite orders do not dead-lock', async () => {
  const leases = Array.from({ length: 20 }, (_, index) => lease(index + 1));
  await Promise.all(leases.map((each) => takeLease(db, each)));
  const rounds = Array.from({ length: 8 }, (_, index) =>
    renewLeases(db, index % 2 === 0 ? leases : leases.toReversed()),
  );
  for (const renewed of await Promise.all(rounds)) expect(renewed.size).toBe(leases.length);
});
