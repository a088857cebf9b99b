import { createTestDatabase, type TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase, sqlState } from '../db.ts';
import {
  type AdministratorChange,
  addressesOfAccount,
  createAccount,
  createAdministrator,
  createDomain,
  createName,
  deleteAccount,
  deleteAdministrator,
  deleteDomain,
  deleteName,
  deleteOrphanedMail,
  findAccount,
  findAdministrator,
  findDomain,
  findName,
  listAccounts,
  listAdministrators,
  listDomains,
  listNames,
  localDomains,
  namesLeadingTo,
  recipientLookup,
  resolveRecipients,
  setPasswordHash,
  updateAccount,
  updateAdministrator,
  updateName,
} from './index.ts';

let testDatabase: TestDatabase;
let db: Database;
let orgId: number;
let netId: number;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  db = as('settings');
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await testDatabase[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await using owner = as('owner');
  await owner.query({
    text: `truncate directory.domain, directory.account, directory.address, directory.administrator,
      store.mailbox, store.uid_validity, store.subscription, store.message, store.expunged, store.maybe_dead cascade`,
  });
  orgId = (await createDomain(db, 'example.org')) as number;
  netId = (await createDomain(db, 'example.net')) as number;
});

function as(role: string): Database {
  return openDatabase({ url: testDatabase.url(role), password: testDatabase.password, max: 4 });
}

async function account(address: string): Promise<number> {
  const created = await createAccount(db, 'all', {
    address,
    domain: address.split('@')[1] as string,
    folders: [],
  });
  if (!created.isCreated) throw new Error(created.reason);
  return created.id;
}

async function alias(address: string, targets: string[], kind: 'alias' | 'group' = 'alias'): Promise<string> {
  return createName(db, 'all', { kind, address, domain: address.split('@')[1] as string, targets });
}

describe('domains', () => {
  test('a name is taken once', async () => {
    expect(await createDomain(db, 'example.org')).toBeNull();
    expect(await localDomains(db)).toEqual(['example.net', 'example.org']);
  });

  test('are listed with what they hold', async () => {
    await account('a@example.org');
    await alias('b@example.org', ['a@example.org']);
    await alias('c@example.org', [], 'group');
    expect(await findDomain(db, 'all', 'example.org')).toMatchObject({ accounts: 1, aliases: 1, groups: 1 });
  });

  test('one that holds addresses is not removed, an empty one is, also from the scopes of administrators', async () => {
    await account('a@example.org');
    const admin = {
      login: 'anna',
      passwordHash: 'x',
      role: 'domainAdmin',
      domainIds: [orgId, netId],
    } as const;
    await createAdministrator(db, 'all', admin);
    expect(await deleteDomain(db, 'all', 'example.org')).toBe('notEmpty');
    expect(await deleteDomain(db, 'all', 'example.net')).toBe('deleted');
    expect(await deleteDomain(db, 'all', 'example.net')).toBe('notFound');
    expect((await findAdministrator(db, 'all', 'anna'))?.domainIds).toEqual([orgId]);
  });
});

describe('accounts', () => {
  test('a new account has INBOX and the folders, with their uses, parents and subscriptions', async () => {
    const created = await createAccount(db, 'all', {
      address: 'a@example.org',
      domain: 'example.org',
      folders: [
        { name: 'Sent', specialUse: 'Sent' },
        { name: 'Work/Old/2026', specialUse: null },
      ],
    });
    const names = ['INBOX', 'Sent', 'Work', 'Work/Old', 'Work/Old/2026'];
    const mailboxes = await db.query<{ name: string; use: string | null; validity: number }>({
      text: 'select name, special_use as use, uid_validity as validity from store.mailbox order by name',
    });
    expect(created.isCreated).toBe(true);
    expect(mailboxes.map((row) => row.name)).toEqual(names);
    expect(mailboxes.map((row) => row.use)).toEqual([null, 'Sent', null, null, null]);
    // RFC 9051 §2.3.1.1: UIDVALIDITY is a 32-bit value above 0.
    expect(mailboxes.every((row) => row.validity > 0 && row.validity < 2 ** 32)).toBe(true);
    expect(await db.query({ text: 'select name from store.subscription order by name' })).toEqual(
      names.map((name) => ({ name })),
    );
  });

  test('an address is taken once, by account, alias or group', async () => {
    await account('a@example.org');
    await alias('b@example.org', ['a@example.org']);
    const taken = { isCreated: false, reason: 'addressTaken' };
    for (const address of ['a@example.org', 'b@example.org']) {
      expect(await createAccount(db, 'all', { address, domain: 'example.org', folders: [] })).toEqual(taken);
      expect(await alias(address, ['x@example.net'])).toBe('addressTaken');
    }
    expect(
      await createAccount(db, 'all', { address: 'a@example.com', domain: 'example.com', folders: [] }),
    ).toEqual({
      isCreated: false,
      reason: 'noDomain',
    });
  });

  test('of concurrent claims of one address exactly one succeeds', async () => {
    const claims = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        i % 2 === 0
          ? createAccount(db, 'all', { address: 'x@example.org', domain: 'example.org', folders: [] }).then(
              (r) => r.isCreated,
            )
          : alias('x@example.org', ['a@example.org']).then((r) => r === 'created'),
      ),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await db.query({ text: 'select count(*)::int as n from directory.address' })).toEqual([{ n: 1 }]);
  });

  test('only the given fields change', async () => {
    await account('a@example.org');
    await updateAccount(db, 'all', 'a@example.org', { displayName: 'Анна', quotaBytes: 5 });
    await updateAccount(db, 'all', 'a@example.org', { isEnabled: false });
    expect(await findAccount(db, 'all', 'a@example.org')).toMatchObject({
      displayName: 'Анна',
      quotaBytes: 5,
      isEnabled: false,
      hasPassword: false,
      usedBytes: 0,
    });
    await updateAccount(db, 'all', 'a@example.org', { quotaBytes: null });
    expect((await findAccount(db, 'all', 'a@example.org'))?.quotaBytes).toBeNull();
  });

  test('are listed in pages, by domain and by part of address or name', async () => {
    for (const name of ['a', 'b_1', 'b%1', 'c']) await account(`${name}@example.org`);
    await account('a@example.net');
    await updateAccount(db, 'all', 'c@example.org', { displayName: 'Борис' });
    const list = async (options: object) =>
      (await listAccounts(db, { scope: 'all', limit: 100, ...options })).map((row) => row.address);
    expect(await list({ domain: 'example.net' })).toEqual(['a@example.net']);
    expect(await list({ limit: 2 })).toEqual(['a@example.net', 'a@example.org']);
    expect(await list({ limit: 1, after: 'a@example.net' })).toEqual(['a@example.org']);
    expect(await list({ search: 'B_' })).toEqual(['b_1@example.org']);
    expect(await list({ search: 'b%' })).toEqual(['b%1@example.org']);
    expect(await list({ search: 'борис' })).toEqual(['c@example.org']);
  });

  test('a removed account is gone from its groups, and its mail goes in slices', async () => {
    const id = await account('a@example.org');
    await account('b@example.org');
    await alias('all@example.org', ['a@example.org', 'b@example.org'], 'group');
    await using owner = as('owner');
    await owner.query({
      text: `insert into store.message (mailbox_id, uid, mod_seq, internal_date, size, content_id)
        select m.id, n, n, now(), 1, gen_random_uuid() from store.mailbox m, generate_series(1, 1500) n
        where m.account_id = $1`,
      values: [id],
    });
    expect((await deleteAccount(db, 'all', 'a@example.org')).toSorted()).toEqual([
      'a@example.org',
      'all@example.org',
    ]);
    expect(await deleteAccount(db, 'all', 'a@example.org')).toEqual([]);
    expect((await findName(db, 'all', 'group', 'all@example.org'))?.targets).toEqual(['b@example.org']);
    let slices = 0;
    while ((await deleteOrphanedMail(db)) > 0) slices++;
    expect(slices).toBe(2);
    const counts = await owner.query({
      text: `select (select count(*)::int from store.message) as messages, (select count(*)::int from store.mailbox) as mailboxes,
        (select count(*)::int from store.maybe_dead) as dead`,
    });
    expect(counts).toEqual([{ messages: 0, mailboxes: 1, dead: 1500 }]);
  });

  test('an account may send as itself and as aliases that lead to it alone', async () => {
    const id = await account('a@example.org');
    await account('b@example.org');
    await alias('only@example.net', ['a@example.org']);
    await alias('both@example.org', ['a@example.org', 'b@example.org']);
    await alias('group@example.org', ['a@example.org'], 'group');
    expect((await addressesOfAccount(db, id)).toSorted()).toEqual(['a@example.org', 'only@example.net']);
    expect(await namesLeadingTo(db, 'all', 'alias', 'a@example.org')).toEqual([
      'both@example.org',
      'only@example.net',
    ]);
  });
});

describe('aliases and groups', () => {
  test('targets are replaced, added and removed, and stand once in their order', async () => {
    await alias('g@example.org', ['b@x.y', 'a@x.y', 'b@x.y'], 'group');
    const targets = async () => (await findName(db, 'all', 'group', 'g@example.org'))?.targets;
    expect(await targets()).toEqual(['b@x.y', 'a@x.y']);
    await updateName(db, 'all', 'group', 'g@example.org', {
      add: ['c@x.y', 'b@x.y'],
      remove: ['a@x.y'],
      name: 'Все',
    });
    expect(await targets()).toEqual(['b@x.y', 'c@x.y']);
    await updateName(db, 'all', 'group', 'g@example.org', { targets: [] });
    expect(await findName(db, 'all', 'group', 'g@example.org')).toMatchObject({ targets: [], name: 'Все' });
    expect(await updateName(db, 'all', 'alias', 'g@example.org', { targets: [] })).toBe(false);
    expect(await deleteName(db, 'all', 'alias', 'g@example.org')).toBe(false);
    expect(await deleteName(db, 'all', 'group', 'g@example.org')).toBe(true);
  });
});

describe('what is outside the scope does not exist', () => {
  test('for every read and write', async () => {
    const scope = [netId];
    const address = 'a@example.org';
    await account(address);
    await alias('x@example.org', [address]);
    const page = { scope, limit: 10 };
    expect((await listDomains(db, scope)).map((row) => row.name)).toEqual(['example.net']);
    expect(await findDomain(db, scope, 'example.org')).toBeNull();
    expect(await deleteDomain(db, scope, 'example.org')).toBe('notFound');
    expect(await listAccounts(db, page)).toEqual([]);
    expect(await findAccount(db, scope, address)).toBeNull();
    expect(
      await createAccount(db, scope, { address: 'n@example.org', domain: 'example.org', folders: [] }),
    ).toEqual({
      isCreated: false,
      reason: 'noDomain',
    });
    expect(await updateAccount(db, scope, address, { displayName: 'x' })).toBe(false);
    expect(await setPasswordHash(db, scope, address, 'x')).toBe(false);
    expect(await deleteAccount(db, scope, address)).toEqual([]);
    expect(await listNames(db, 'alias', page)).toEqual([]);
    expect(await findName(db, scope, 'alias', 'x@example.org')).toBeNull();
    expect(await namesLeadingTo(db, scope, 'alias', address)).toEqual([]);
    const name = {
      kind: 'alias' as const,
      address: 'y@example.org',
      domain: 'example.org',
      targets: [address],
    };
    expect(await createName(db, scope, name)).toBe('noDomain');
    expect(await updateName(db, scope, 'alias', 'x@example.org', { targets: [] })).toBe(false);
    expect(await deleteName(db, scope, 'alias', 'x@example.org')).toBe(false);
    expect(await listAdministrators(db, scope)).toEqual([]);
    const admin = { login: 'x', passwordHash: 'x', role: 'admin', domainIds: null } as const;
    expect(await createAdministrator(db, scope, admin)).toBe(false);
    expect(await findAccount(db, [orgId], address)).not.toBeNull();
    expect(await findAccount(db, [], address)).toBeNull();
  });
});

describe('administrators', () => {
  test('the last admin that may log in stays', async () => {
    const all = { passwordHash: 'x', role: 'admin', domainIds: null } as const;
    const some = { passwordHash: 'x', role: 'domainAdmin', domainIds: [orgId] } as const;
    await createAdministrator(db, 'all', { login: 'a', ...all });
    await createAdministrator(db, 'all', { login: 'b', ...some });
    await createAdministrator(db, 'all', { login: 'off', ...all, isEnabled: false });
    await createAdministrator(db, 'all', { login: 'auditor', ...all, role: 'auditor' });
    expect(await createAdministrator(db, 'all', { login: 'b', ...all })).toBe(false);
    expect(await deleteAdministrator(db, 'all', 'a')).toBe('lastOne');
    const change = (login: string, to: AdministratorChange) => updateAdministrator(db, 'all', login, to);
    expect(await change('a', { rights: some })).toBe('lastOne');
    expect(await change('a', { rights: { ...all, role: 'auditor' } })).toBe('lastOne');
    expect(await change('a', { isEnabled: false })).toBe('lastOne');
    expect(await change('a', { displayName: 'A' })).toBe('done');
    expect(await change('b', { rights: all })).toBe('done');
    expect(await deleteAdministrator(db, 'all', 'off')).toBe('done');
    const [first, second] = await Promise.all([
      deleteAdministrator(db, 'all', 'a'),
      deleteAdministrator(db, 'all', 'b'),
    ]);
    expect([first, second].toSorted()).toEqual(['done', 'lastOne']);
    expect(await deleteAdministrator(db, 'all', 'nobody')).toBe('notFound');
  });
});

describe('where an address leads', () => {
  test('one query answers for many, in the order given', async () => {
    const id = await account('a@example.org');
    await alias('b@example.org', ['a@example.org', 'x@remote.test']);
    await alias('c@example.org', [], 'group');
    const keys = [
      'none@example.org',
      'b@example.org',
      'x@remote.test',
      'a@example.org',
      'c@example.org',
      'a@example.org',
    ];
    const account1 = { kind: 'account', accountId: id, isEnabled: true };
    const expected = [
      { kind: 'unknown' },
      { kind: 'alias', targets: ['a@example.org', 'x@remote.test'] },
      { kind: 'remote' },
      account1,
      { kind: 'group', targets: [] },
      account1,
    ];
    for (const role of ['smtp', 'delivery']) {
      await using reader = as(role);
      expect(await resolveRecipients(reader, keys)).toEqual(expected);
    }
    expect(await resolveRecipients(db, [])).toEqual([]);
  });

  test('look-ups of one tick share a query, answers are kept until they are forgotten', async () => {
    let queries = 0;
    const counting = {
      query: <Row>(statement: Parameters<Database['query']>[0]) => {
        queries++;
        return db.query<Row>(statement);
      },
    };
    const lookup = recipientLookup(counting);
    const both = await Promise.all([lookup.resolve('a@example.org'), lookup.resolve('b@example.org')]);
    expect(both).toEqual([{ kind: 'unknown' }, { kind: 'unknown' }]);
    await lookup.resolve('a@example.org');
    expect(queries).toBe(1);
    await account('a@example.org');
    lookup.forget(['a@example.org']);
    expect(await lookup.resolve('a@example.org')).toMatchObject({ kind: 'account' });
    expect(await lookup.resolve('b@example.org')).toEqual({ kind: 'unknown' });
    expect(queries).toBe(2);
    lookup.forget([]);
    await lookup.resolve('b@example.org');
    expect(queries).toBe(3);
  });

  test('an answer that was under way during a change is not kept', async () => {
    const lookup = recipientLookup(db);
    const asked = lookup.resolve('a@example.org');
    lookup.forget(['a@example.org']);
    await asked;
    await account('a@example.org');
    expect(await lookup.resolve('a@example.org')).toMatchObject({ kind: 'account' });
  });
});

test.each(['delivery', 'filter-dlp', 'ldap'])('%s may not read password hashes', async (role) => {
  await using other = as(role);
  const refused = await other
    .query({ text: 'select password_hash from directory.account' })
    .catch((error: unknown) => error);
  expect(sqlState(refused)).toBe('42501');
});
