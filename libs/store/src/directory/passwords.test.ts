import { createTestDatabase, type TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../db.ts';
import {
  createAccount,
  createAdministrator,
  createDomain,
  hashPassword,
  loginKey,
  passwordVerifier,
  preparePassword,
  setPasswordHash,
  updateAccount,
} from './index.ts';

let testDatabase: TestDatabase;
let db: Database;
let id: number;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  db = openDatabase({ url: testDatabase.url('settings'), password: testDatabase.password });
  await createDomain(db, 'example.org');
  const passwordHash = await hashPassword('пароль 1');
  const account = {
    address: 'a@example.org',
    domain: 'example.org',
    displayName: 'A',
    passwordHash,
    folders: [],
  };
  const created = await createAccount(db, 'all', account);
  id = created.isCreated ? created.id : 0;
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await testDatabase[Symbol.asyncDispose]();
});

describe('a log-in name', () => {
  test.each([
    ['User@Example.ORG', null, 'user@example.org'],
    ['usermail', 'domain.local', 'usermail@domain.local'],
    [' usermail ', 'domain.local', 'usermail@domain.local'],
    ['usermail', null, null],
    ['', 'domain.local', null],
    ['a@b@c', null, null],
    ['a\r\nb', 'domain.local', null],
    ['x'.repeat(2000), 'domain.local', null],
    ['почта@пример.рф', null, 'почта@xn--e1afmkfd.xn--p1ai'],
  ])('%j with the default domain %j stands for %j', (name, domain, key) => {
    expect(loginKey(name, domain)).toBe(key);
  });
});

describe('RFC 8265 §4.2: a password', () => {
  test('has its spaces mapped and is in NFC', () => {
    expect(preparePassword('a\u00a0b')).toBe('a b');
    expect(preparePassword('и\u0306')).toBe('й');
  });

  test.each(['', 'a\u0000b', 'a\nb', 'x'.repeat(1025), '\ud800'])('is refused: %j', async (password) => {
    expect(preparePassword(password)).toBeNull();
    await expect(hashPassword(password)).rejects.toThrow(RangeError);
  });
});

describe('verifying', () => {
  test('the right password of an enabled account logs in, as any role of a server', async () => {
    for (const role of ['smtp', 'imap', 'pop3']) {
      await using server = openDatabase({ url: testDatabase.url(role), password: testDatabase.password });
      const { verifyPassword } = passwordVerifier(server);
      expect(await verifyPassword('a@example.org', 'пароль\u00a01')).toEqual({
        ok: true,
        account: {
          accountId: id,
          domainId: expect.any(Number),
          address: 'a@example.org',
          displayName: 'A',
          epoch: 1,
        },
      });
    }
  });

  test.each([
    ['a@example.org', 'wrong', 'wrongPassword'],
    ['a@example.org', '', 'wrongPassword'],
    ['b@example.org', 'пароль 1', 'unknown'],
    [null, 'пароль 1', 'unknown'],
  ])('%j with %j is refused: %s', async (key, password, reason) => {
    const { verifyPassword } = passwordVerifier(db);
    expect(await verifyPassword(key, password)).toEqual({ ok: false, isTransient: false, reason });
  });

  test('an account without a password logs nobody in', async () => {
    await createAccount(db, 'all', { address: 'none@example.org', domain: 'example.org', folders: [] });
    const { verifyPassword } = passwordVerifier(db);
    for (const password of ['', 'null', 'x']) {
      expect(await verifyPassword('none@example.org', password)).toMatchObject({
        ok: false,
        reason: 'wrongPassword',
      });
    }
  });

  test('a remembered success ends at once with a changed password or a disabled account', async () => {
    const { verifyPassword } = passwordVerifier(db, { rememberMs: 3_600_000 });
    const started = performance.now();
    expect((await verifyPassword('a@example.org', 'пароль 1')).ok).toBe(true);
    const hashed = performance.now() - started;
    const again = performance.now();
    for (let i = 0; i < 5; i++) expect((await verifyPassword('a@example.org', 'пароль 1')).ok).toBe(true);
    expect(performance.now() - again).toBeLessThan(hashed * 5);
    await updateAccount(db, 'all', 'a@example.org', { isEnabled: false });
    expect(await verifyPassword('a@example.org', 'пароль 1')).toMatchObject({
      ok: false,
      reason: 'disabled',
    });
    await updateAccount(db, 'all', 'a@example.org', { isEnabled: true });
    await setPasswordHash(db, 'all', 'a@example.org', await hashPassword('new'));
    expect(await verifyPassword('a@example.org', 'пароль 1')).toMatchObject({
      ok: false,
      reason: 'wrongPassword',
    });
    expect((await verifyPassword('a@example.org', 'new')).ok).toBe(true);
    await setPasswordHash(db, 'all', 'a@example.org', await hashPassword('пароль 1'));
  });

  test('more than may wait are told to come again, and the others are answered', async () => {
    // All ten rows arrive together, so that all ten want to hash at the same moment.
    let arrived = 0;
    const all = Promise.withResolvers<void>();
    const together = {
      async query<Row>(statement: Parameters<Database['query']>[0]): Promise<Row[]> {
        const rows = await db.query<Row>(statement);
        if (++arrived === 10) all.resolve();
        await all.promise;
        return rows;
      },
    };
    const { verifyPassword } = passwordVerifier(together, { concurrency: 1, maxWaiting: 3 });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => verifyPassword('a@example.org', `p${i}`)),
    );
    const reasons = answers.map((answer) => (answer.ok ? 'ok' : answer.reason)).toSorted();
    expect(reasons).toEqual([...Array(6).fill('busy'), ...Array(4).fill('wrongPassword')]);
  });

  test('an unknown name costs about the work of a known one', async () => {
    const { verifyPassword } = passwordVerifier(db);
    // In time of the processor, which other programs take none of.
    const work = async (key: string): Promise<number> => {
      let least = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 5; i++) {
        const before = process.cpuUsage();
        await verifyPassword(key, `wrong${i}`);
        const { user, system } = process.cpuUsage(before);
        least = Math.min(least, user + system);
      }
      return least;
    };
    await work('a@example.org');
    const known = await work('a@example.org');
    const unknown = await work('nobody@example.org');
    expect(unknown).toBeGreaterThan(known / 3);
    expect(known).toBeGreaterThan(unknown / 3);
  });

  test('administrators log in by their own names', async () => {
    await createAdministrator(db, 'all', {
      login: 'anna',
      passwordHash: await hashPassword('x'),
      role: 'admin',
      domainIds: null,
    });
    const { verifyPrincipal } = passwordVerifier(db);
    const anna = { login: 'anna', key: null };
    expect(await verifyPrincipal(anna, 'x')).toMatchObject({ ok: true, principal: { scope: 'all' } });
    expect(await verifyPrincipal(anna, 'y')).toMatchObject({ ok: false, known: { login: 'anna' } });
    expect(await verifyPrincipal({ login: 'nobody', key: null }, 'x')).toMatchObject({
      ok: false,
      known: null,
    });
  });
});
