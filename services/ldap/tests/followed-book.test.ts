// How the book follows Postgres: with hints and without them, whatever changes, in whatever order transactions end.
import { directoryChanged } from '@pochtar/bus';
import { type Database, openDatabase } from '@pochtar/store/db';
import { createName, deleteAccount, updateAccount } from '@pochtar/store/directory';
import { eventually } from '@pochtar/testkit';
import { createAccounts, type Ground, openGround, serviceContext } from '@pochtar/testkit/ground';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Book } from '../src/directory/book.ts';
import { FollowedBook } from '../src/directory/followed-book.ts';

const NEVER = 3_600_000;

let ground: Ground;
let db: Database;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  ground = stack.use(await openGround());
  db = ground.db;
  await createAccounts(db, ['anna', 'boris']);
});
afterAll(() => stack.disposeAsync());

/** With the rights of the service. */
async function follow(compareMs: number): Promise<AsyncDisposable & { book: Book; changes: () => number }> {
  await using opened = new AsyncDisposableStack();
  const { database, bus } = ground;
  const own = opened.use(openDatabase({ url: database.url('ldap'), password: database.password, max: 1 }));
  let changes = 0;
  const onChange = (): void => void changes++;
  const context = serviceContext('ldap');
  const followed = opened.use(await FollowedBook.open({ db: own, bus, context, onChange, compareMs }));
  const running = opened.move();
  return { book: followed.book, changes: () => changes, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const hint = (...addresses: string[]): void => ground.bus.emit(directoryChanged, { addresses });

test('a hint brings what changed: a name, an alias, a group, and who is switched off or gone', async () => {
  await using followed = await follow(NEVER);
  const { book } = followed;
  expect(book.size).toBe(2);
  await updateAccount(db, 'all', 'anna@demo.test', { displayName: 'Анна Ёлкина' });
  const own = { scope: 'all', domain: 'demo.test' } as const;
  await createName(db, own.scope, {
    ...{ kind: 'alias', address: 'office@demo.test', domain: own.domain },
    targets: ['anna@demo.test'],
  });
  await createName(db, own.scope, {
    ...{ kind: 'group', address: 'all@demo.test', domain: own.domain, name: 'All' },
    targets: ['anna@demo.test'],
  });
  hint('anna@demo.test');
  await eventually(() =>
    expect([book.find('anna@demo.test'), book.find('all@demo.test')]).toMatchObject([
      { displayName: 'Анна Ёлкина', aliases: ['office@demo.test'] },
      { displayName: 'All', members: ['anna@demo.test'] },
    ]),
  );
  await updateAccount(db, 'all', 'anna@demo.test', { isEnabled: false });
  await deleteAccount(db, 'all', 'boris@demo.test');
  hint();
  await eventually(() => expect(book.size).toBe(1));
  expect(book.find('all@demo.test')).toBeDefined();
});

test('many changes at once are put in order together, and what was there stays', async () => {
  await using followed = await follow(NEVER);
  const { book } = followed;
  const { size } = book;
  const before = [...book.entries()];
  expect(size).toBeGreaterThan(0);
  await db.query({
    text: `insert into directory.account (domain_id, address, display_name)
      select d.id, 'many' || n || '@demo.test', 'Many ' || n
      from directory.domain d, generate_series(1, 2500) n where d.name = 'demo.test'`,
  });
  hint('many1@demo.test');
  await eventually(() => expect(book.size).toBe(size + 2500));
  expect(book.find('many2500@demo.test')?.displayName).toBe('Many 2500');
  // A change of an earlier test may have come meanwhile and made one anew.
  for (const entry of before) expect(book.find(entry.address)).toEqual(entry);
  await db.query({ text: "delete from directory.account where address like 'many%'" });
  hint('many1@demo.test');
  await eventually(() => expect(book.size).toBe(size));
  expect([book.slots, book.find('many1@demo.test')]).toEqual([size, undefined]);
});

test('a hint that is lost is made up for', async () => {
  await using followed = await follow(100);
  await createAccounts(db, ['clara']);
  await eventually(() => expect(followed.book.find('clara@demo.test')).toBeDefined());
});

test('a transaction that ends after later ones is not missed', async () => {
  await using followed = await follow(NEVER);
  const { book } = followed;
  await db.transaction(async (tx) => {
    await tx.query({
      text: `insert into directory.account (domain_id, address) select id, 'slow@demo.test' from directory.domain`,
    });
    await createAccounts(db, ['quick']);
    hint('quick@demo.test');
    await eventually(() => expect(book.find('quick@demo.test')).toBeDefined());
    expect(book.find('slow@demo.test')).toBeUndefined();
  });
  hint('slow@demo.test');
  await eventually(() => expect(book.find('slow@demo.test')).toBeDefined());
});

test('what is read again and is the same keeps its slot', async () => {
  await using followed = await follow(NEVER);
  const { book } = followed;
  const before = book.slots;
  await updateAccount(db, 'all', 'clara@demo.test', { displayName: '' });
  hint('clara@demo.test');
  await eventually(() => expect(followed.changes()).toBeGreaterThan(0));
  expect(book.slots).toBe(before);
});
