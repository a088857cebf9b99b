// Who may stand behind a local address, counted over all processes, against a real Postgres.
import { createTestDatabase, type TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../db.ts';
import {
  calmGuardedClients,
  confirmClient,
  listGuardedClients,
  MOST_DOMAINS,
  noteForeignSenders,
  revokeConfirmation,
  suspendedClients,
} from './guarded-clients.ts';
import { loginFailed, loginGate, rememberClient } from './login-failures.ts';

let cluster: TestDatabase;
let one: Database;
let other: Database;
let settings: Database;
let owner: Database;

beforeAll(async () => {
  cluster = await createTestDatabase();
  const open = (role?: string): Database =>
    openDatabase({ url: cluster.url(role), password: cluster.password });
  [one, other, settings, owner] = [open('smtp'), open('smtp'), open('settings'), open()];
});
afterAll(async () => {
  for (const db of [one, other, settings, owner]) await db[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});
beforeEach(() => owner.query({ text: 'truncate lists.guarded_client cascade' }));

const GATEWAY = '172.17.0.1';
const senders = (from: number, to: number, address = GATEWAY) =>
  Array.from({ length: to - from }, (_, index) => ({ address, domain: `d${from + index}.test` }));
const age = (days: number) =>
  owner.query({
    text: `update lists.guarded_client_domain set seen_at = seen_at - make_interval(days => $1)`,
    values: [days],
  });
const ageSuspension = (days: number) =>
  owner.query({
    text: 'update lists.guarded_client set suspended_at = suspended_at - make_interval(days => $1)',
    values: [days],
  });

test('trust is suspended by the domain over the limit, whichever process saw it, and told once', async () => {
  expect(await noteForeignSenders(one, senders(0, 10))).toEqual([]);
  expect(await noteForeignSenders(other, senders(5, MOST_DOMAINS))).toEqual([]);
  expect(await suspendedClients(one)).toEqual([]);
  expect(await noteForeignSenders(other, senders(20, 21))).toEqual([GATEWAY]);
  expect(await noteForeignSenders(one, senders(21, 25))).toEqual([]);
  expect(await suspendedClients(other)).toEqual([GATEWAY]);
});

test('two processes that write at the same moment suspend an address once', async () => {
  const told = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      noteForeignSenders(index % 2 ? one : other, senders(index * 3, index * 3 + 3)),
    ),
  );
  expect(told.flat()).toEqual([GATEWAY]);
});

test('a domain again and again, and domains of other days, suspend nothing', async () => {
  for (let times = 0; times < 30; times++) await noteForeignSenders(one, senders(0, 1));
  await noteForeignSenders(one, senders(1, 15));
  await age(2);
  await noteForeignSenders(one, senders(15, 30));
  expect(await suspendedClients(one)).toEqual([]);
});

test('trust comes back after a quiet week and not before, nor while many are still seen', async () => {
  await noteForeignSenders(one, senders(0, 30));
  await age(3);
  await ageSuspension(3);
  expect(await calmGuardedClients(one)).toEqual([]);
  await age(5);
  await ageSuspension(5);
  await noteForeignSenders(one, senders(30, 36));
  expect(await calmGuardedClients(one)).toEqual([]);
  await age(8);
  await noteForeignSenders(one, senders(36, 41));
  expect(await calmGuardedClients(other)).toEqual([GATEWAY]);
  expect(await suspendedClients(one)).toEqual([]);
});

test('rows are bounded: of an address its latest domains, and nothing of what is long gone', async () => {
  await noteForeignSenders(one, senders(0, 200));
  await noteForeignSenders(one, senders(200, 400));
  const count = async (table: string) =>
    (await owner.query<{ n: number }>({ text: `select count(*)::int as n from lists.${table}` }))[0]?.n;
  expect(await count('guarded_client_domain')).toBe(50);
  await noteForeignSenders(one, senders(0, 3, 'fd00::1'));
  await age(8);
  await owner.query({ text: `update lists.guarded_client set last_at = now() - interval '8 days'` });
  await calmGuardedClients(one);
  expect(await count('guarded_client_domain')).toBe(0);
  expect(
    (await listGuardedClients(settings, { all: true, limit: 9, after: 0 })).map((c) => c.address),
  ).toEqual([GATEWAY]);
});

test('a confirmed address is trusted whatever comes through it, and judged at once when that is revoked', async () => {
  await confirmClient(settings, GATEWAY, 'anna');
  expect(await noteForeignSenders(one, senders(0, 30))).toEqual([]);
  expect(await suspendedClients(one)).toEqual([]);
  expect(await revokeConfirmation(settings, GATEWAY)).toEqual({ isSuspended: true });
  expect(await suspendedClients(one)).toEqual([GATEWAY]);
  expect(await revokeConfirmation(settings, GATEWAY)).toBeNull();
});

test('failed log-ins through a suspended address ban it no more, and it makes nobody known; the account stays guarded', async () => {
  const limits = { perClient: 2, perAccount: 5 };
  const attempt = { client: GATEWAY, account: 'anna@demo.test', address: GATEWAY };
  await rememberClient(one, 'anna@demo.test', GATEWAY, GATEWAY);
  for (let times = 0; times < 2; times++) await loginFailed(one, attempt, 15);
  expect(await loginGate(other, attempt, limits)).toBe('client banned');
  await noteForeignSenders(one, senders(0, 30));
  expect(await loginGate(other, attempt, limits)).toBe('open');
  for (let times = 0; times < 3; times++) await loginFailed(one, attempt, 15);
  expect(await loginGate(other, attempt, limits)).toBe('account guarded');
  expect(await loginGate(other, { ...attempt, account: 'boris@demo.test' }, limits)).toBe('open');
  await rememberClient(one, 'boris@demo.test', GATEWAY, GATEWAY);
  const known = await owner.query({
    text: `select from lists.known_client where account = 'boris@demo.test'`,
  });
  expect(known).toEqual([]);
});
