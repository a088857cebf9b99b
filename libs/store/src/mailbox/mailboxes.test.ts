// Creating, renaming, deleting and subscribing.
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMailbox, ensureInbox, MAX_MAILBOXES } from './create.ts';
import { deleteMailbox } from './delete.ts';
import { type MailboxFixture, mailboxFixture } from './mailbox-fixture.ts';
import { mailboxName, superiorNames } from './mailbox-name.ts';
import { findMailbox, listMailboxes } from './mailbox-row.ts';
import { renameMailbox } from './rename.ts';
import { listSubscriptions, MAX_SUBSCRIPTIONS, subscribe, unsubscribe } from './subscription.ts';

let fixture: MailboxFixture;
beforeAll(async () => {
  fixture = await mailboxFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

async function names(accountId: number): Promise<string[]> {
  return (await listMailboxes(fixture.db, accountId)).map((mailbox) => mailbox.name);
}

async function made(...wanted: string[]): Promise<number> {
  const accountId = await fixture.account();
  for (const name of wanted) await createMailbox(fixture.db, accountId, name);
  return accountId;
}

describe('names', () => {
  test.each([
    ['inbox', 'INBOX'],
    ['InBox/Sub', 'INBOX/Sub'],
    ['a/b/', 'a/b'],
    ['Отправленные', 'Отправленные'],
    ['e\u0301', '\u00e9'],
    ['x'.repeat(255), 'x'.repeat(255)],
    ['inboxes', 'inboxes'],
    ['a/inbox', 'a/inbox'],
  ])('%j is stored as %j', (given, stored) => {
    expect(mailboxName(given)).toBe(stored);
  });

  test.each([
    '',
    '/',
    '/a',
    'a//b',
    'a/b//',
    'a\u0000b',
    'a\nb',
    'a*',
    '%',
    'x'.repeat(256),
    'я'.repeat(128),
    'a\ud800',
  ])('%j is no name', (given) => {
    expect(mailboxName(given)).toBeNull();
  });

  test('at most 20 levels', () => {
    expect(mailboxName(Array(20).fill('a').join('/'))).not.toBeNull();
    expect(mailboxName(Array(21).fill('a').join('/'))).toBeNull();
  });

  test('a stored name is its own stored form; nothing throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (given) => {
        const stored = mailboxName(given);
        expect(stored === null || mailboxName(stored) === stored).toBe(true);
      }),
    );
  });

  test('superior names come from the top', () => {
    expect(superiorNames('a/b/c')).toEqual(['a', 'a/b']);
  });
});

describe('create', () => {
  test('RFC 9051 §6.3.4: superior names are made too', async () => {
    const accountId = await made('a/b/c');
    expect(await names(accountId)).toEqual(['INBOX', 'a', 'a/b', 'a/b/c']);
    expect(await createMailbox(fixture.db, accountId, 'a/b')).toEqual({ kind: 'exists' });
  });

  test('RFC 9051 §6.3.4: a name that is used again gets a greater UIDVALIDITY', async () => {
    const accountId = await made('a');
    const seen = [(await findMailbox(fixture.db, accountId, 'a'))?.uidValidity as number];
    for (let round = 0; round < 5; round++) {
      await deleteMailbox(fixture.db, accountId, 'a');
      await createMailbox(fixture.db, accountId, 'a');
      seen.push((await findMailbox(fixture.db, accountId, 'a'))?.uidValidity as number);
    }
    expect(new Set(seen).size).toBe(6);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen[0]).toBeGreaterThan(Date.now() / 1000 - 3600);
  });

  test('RFC 6154 §3: one mailbox a use', async () => {
    const accountId = await fixture.account();
    expect(await createMailbox(fixture.db, accountId, 'Sent', 'Sent')).toMatchObject({
      kind: 'created',
      mailbox: { specialUse: 'Sent', uidNext: 1, modSeq: 1 },
    });
    expect(await createMailbox(fixture.db, accountId, 'Sent2', 'Sent')).toEqual({ kind: 'useTaken' });
  });

  test('an account has a limited number of mailboxes, however many ask at once', async () => {
    const accountId = await fixture.account();
    await fixture.owner.query({
      text: `insert into store.mailbox (account_id, name, uid_validity)
        select $1, 'm' || i, 1 from generate_series(1, $2::int) i`,
      values: [accountId, MAX_MAILBOXES - 3],
    });
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, (_, index) => createMailbox(fixture.db, accountId, `new${index}`)),
    );
    expect(outcomes.filter((outcome) => outcome.kind === 'created')).toHaveLength(2);
    expect(outcomes.filter((outcome) => outcome.kind === 'tooMany')).toHaveLength(4);
  });

  test('INBOX is made when it is missing, and subscribed', async () => {
    const accountId = await made();
    const before = await findMailbox(fixture.db, accountId, 'INBOX');
    await ensureInbox(fixture.db, accountId);
    expect(await findMailbox(fixture.db, accountId, 'INBOX')).toEqual(before);
    expect(await listSubscriptions(fixture.db, accountId)).toEqual(['INBOX']);
  });
});

describe('delete', () => {
  test('RFC 9051 §6.3.5: names below stay, a name without mailbox can not be deleted', async () => {
    const accountId = await made('a/b');
    await fixture.add((await findMailbox(fixture.db, accountId, 'a'))?.id as number, 2);
    expect(await deleteMailbox(fixture.db, accountId, 'a')).toMatchObject({ kind: 'deleted' });
    expect(await names(accountId)).toEqual(['INBOX', 'a/b']);
    expect(await deleteMailbox(fixture.db, accountId, 'a')).toEqual({ kind: 'hasChildren' });
    expect(await deleteMailbox(fixture.db, accountId, 'zzz')).toEqual({ kind: 'noMailbox' });
    expect(await deleteMailbox(fixture.db, accountId, 'INBOX')).toEqual({ kind: 'isInbox' });
  });

  test('messages go with it and their contents are named to the collector', async () => {
    const accountId = await made('a');
    const mailboxId = (await findMailbox(fixture.db, accountId, 'a'))?.id as number;
    await fixture.add(mailboxId, 3);
    await deleteMailbox(fixture.db, accountId, 'a');
    const [row] = await fixture.owner.query<{ left: number; dead: number }>({
      text: `select (select count(*) from store.message where mailbox_id = $1) as left,
        (select count(*) from store.maybe_dead) as dead`,
      values: [mailboxId],
    });
    expect(row?.left).toBe(0);
    expect(row?.dead).toBeGreaterThanOrEqual(3);
  });
});

describe('rename', () => {
  test('RFC 9051 §6.3.6: names below move along, UIDs and UIDVALIDITY stay', async () => {
    const accountId = await made('a/b/c', 'ab');
    const before = await findMailbox(fixture.db, accountId, 'a/b/c');
    expect(await renameMailbox(fixture.db, accountId, 'a', 'x/y')).toEqual({ kind: 'renamed', changes: [] });
    expect(await names(accountId)).toEqual(['INBOX', 'ab', 'x', 'x/y', 'x/y/b', 'x/y/b/c']);
    const after = await findMailbox(fixture.db, accountId, 'x/y/b/c');
    expect(after).toEqual({ ...before, name: 'x/y/b/c' });
  });

  test('what can not be done is an outcome and changes nothing', async () => {
    const accountId = await made('a/b', 'c/b', `d/${'x'.repeat(200)}`);
    const before = await names(accountId);
    const rename = (from: string, to: string) => renameMailbox(fixture.db, accountId, from, to);
    expect(await rename('zzz', 'y')).toEqual({ kind: 'noMailbox' });
    expect(await rename('a', 'c')).toEqual({ kind: 'exists' });
    expect(await rename('a', 'a/z')).toEqual({ kind: 'badName' });
    expect(await rename('d', 'y'.repeat(60))).toEqual({ kind: 'badName' });
    await deleteMailbox(fixture.db, accountId, 'c');
    expect(await rename('a', 'c')).toEqual({ kind: 'exists' });
    expect(await names(accountId)).toEqual(before.filter((name) => name !== 'c'));
  });

  test('RFC 9051 §6.3.6: RENAME of INBOX moves its messages and leaves names below', async () => {
    const accountId = await made('INBOX/sub');
    const { id } = await fixture.inbox(accountId);
    await fixture.add(id, 1500);
    const outcome = await renameMailbox(fixture.db, accountId, 'INBOX', 'old/mail');
    expect(outcome).toMatchObject({ kind: 'renamed', changes: [{ mailboxId: id }, {}] });
    expect(await names(accountId)).toEqual(['INBOX', 'INBOX/sub', 'old', 'old/mail']);
    const target = await findMailbox(fixture.db, accountId, 'old/mail');
    expect(target).toMatchObject({ exists: 1500, uidNext: 1501, unseen: 1500 });
    expect(await fixture.inbox(accountId)).toMatchObject({ exists: 0, uidNext: 1501, bytes: 0 });
  });
});

test('subscriptions are names, are kept once, and are limited', async () => {
  const accountId = await fixture.account();
  expect(await subscribe(fixture.db, accountId, 'nowhere')).toBe(true);
  expect(await subscribe(fixture.db, accountId, 'nowhere')).toBe(true);
  expect(await listSubscriptions(fixture.db, accountId)).toEqual(['INBOX', 'nowhere']);
  await unsubscribe(fixture.db, accountId, 'nowhere');
  await unsubscribe(fixture.db, accountId, 'nowhere');
  expect(await listSubscriptions(fixture.db, accountId)).toEqual(['INBOX']);
  await fixture.owner.query({
    text: `insert into store.subscription select $1, 'n' || i from generate_series(1, $2::int) i`,
    values: [accountId, MAX_SUBSCRIPTIONS - 1],
  });
  expect(await subscribe(fixture.db, accountId, 'one more')).toBe(false);
  expect(await subscribe(fixture.db, accountId, 'n1')).toBe(true);
});
