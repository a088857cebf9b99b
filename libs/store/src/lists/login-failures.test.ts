import { createTestDatabase, type TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../db.ts';
import { forgetLogins, type LoginAttempt, loginFailed, loginGate, rememberClient } from './login-failures.ts';

const LIMITS = { perClient: 3, perAccount: 6 };
let cluster: TestDatabase;
let smtp: Database;
let imap: Database;
let owner: Database;

beforeAll(async () => {
  cluster = await createTestDatabase();
  const open = (role?: string): Database =>
    openDatabase({ url: cluster.url(role), password: cluster.password });
  [smtp, imap, owner] = [open('smtp'), open('imap'), open()];
});
afterAll(async () => {
  for (const db of [smtp, imap, owner]) await db[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await owner.query({ text: 'truncate lists.login_failure, lists.known_client' });
});

const from = (client: string | null, account: string | null = 'anna@demo.test'): LoginAttempt => ({
  client,
  account,
});

test('failures of an address are counted over all processes and protocols', async () => {
  await loginFailed(smtp, from('192.0.2.1', 'one@demo.test'), 15);
  await loginFailed(imap, from('192.0.2.1', 'two@demo.test'), 15);
  expect(await loginGate(imap, from('192.0.2.1'), LIMITS)).toBe('open');
  await loginFailed(smtp, from('192.0.2.1', null), 15);
  for (const db of [smtp, imap]) expect(await loginGate(db, from('192.0.2.1'), LIMITS)).toBe('client banned');
  expect(await loginGate(smtp, from('192.0.2.2'), LIMITS)).toBe('open');
});

test('an account that is guessed at from many addresses is closed to strangers, and open to where it is at home', async () => {
  await rememberClient(imap, 'anna@demo.test', '198.51.100.7');
  for (let count = 0; count < 6; count++) await loginFailed(smtp, from(`203.0.113.${count}`), 15);
  expect(await loginGate(smtp, from('203.0.113.99'), LIMITS)).toBe('account guarded');
  expect(await loginGate(imap, from('198.51.100.7'), LIMITS)).toBe('open');
  expect(await loginGate(imap, from('203.0.113.99', 'boris@demo.test'), LIMITS)).toBe('open');
});

test('many at once are all counted', async () => {
  await Promise.all(
    Array.from({ length: 40 }, (_, index) => loginFailed(index % 2 ? smtp : imap, from('192.0.2.1'), 15)),
  );
  const rows = await owner.query({ text: 'select failures from lists.login_failure order by subject' });
  expect(rows).toEqual([{ failures: 40 }, { failures: 40 }]);
});

test('a ban ends, what is over is forgotten, and a shared address is not banned', async () => {
  for (let count = 0; count < 9; count++) await loginFailed(smtp, from(null, 'x@demo.test'), 15);
  expect(await loginGate(smtp, from(null, 'y@demo.test'), LIMITS)).toBe('open');
  await owner.query({ text: `update lists.login_failure set until = now() - interval '1 second'` });
  expect(await loginGate(smtp, from(null, 'x@demo.test'), LIMITS)).toBe('open');
  const delivery = openDatabase({ url: cluster.url('delivery'), password: cluster.password });
  expect(await forgetLogins(delivery)).toBe(1);
  await delivery[Symbol.asyncDispose]();
});
