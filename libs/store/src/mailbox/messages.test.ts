// Appending, flags, copying, moving, expunging: what each does to rows and counters.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appendMessages } from './append.ts';
import { copyMessages, moveMessages } from './copy.ts';
import { createMailbox } from './create.ts';
import { expungeDeleted, expungeMessages } from './expunge.ts';
import { fetchMessages } from './fetch.ts';
import { FLAG } from './flags.ts';
import { collect, type MailboxFixture, mailboxFixture, newMessage } from './mailbox-fixture.ts';
import { type Mailbox, readMailbox } from './mailbox-row.ts';
import { findMessages, type MessageFilter } from './search.ts';
import { type FlagEdit, storeFlags } from './store-flags.ts';

let fixture: MailboxFixture;
beforeAll(async () => {
  fixture = await mailboxFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

async function inbox(): Promise<Mailbox> {
  return fixture.inbox(await fixture.account());
}

async function folder(accountId: number, name: string): Promise<Mailbox> {
  const outcome = await createMailbox(fixture.db, accountId, name);
  if (outcome.kind !== 'created') throw new Error(outcome.kind);
  return outcome.mailbox;
}

async function expectCounted(mailboxId: number): Promise<void> {
  const { row, counted } = await fixture.counters(mailboxId);
  expect({ exists: row.exists, unseen: row.unseen, bytes: row.bytes }).toEqual({
    exists: counted.exists,
    unseen: counted.unseen,
    bytes: counted.bytes,
  });
  expect(row.maxUid).toBeGreaterThanOrEqual(counted.maxUid);
  expect(row.maxModSeq).toBeGreaterThanOrEqual(counted.maxModSeq);
}

describe('append', () => {
  test('UIDs are given in order, flags, keywords, date and size are kept', async () => {
    const { db } = fixture;
    const { id } = await inbox();
    const date = new Date('1996-07-17T09:44:25.123Z');
    const first = newMessage({
      flags: FLAG.seen | FLAG.draft,
      keywords: ['$Forwarded', 'Junk'],
      internalDate: date,
    });
    first.content.removed = [10, 60];
    const outcome = await appendMessages(db, id, [first, newMessage()]);
    expect(outcome).toMatchObject({ kind: 'appended', uids: [1, 2], modSeq: 2 });
    const [page] = await collect(fetchMessages(db, id, [1, 2, 3]));
    expect(page).toEqual({
      uids: [1, 2],
      flags: [FLAG.seen | FLAG.draft, 0],
      keywords: ['$Forwarded Junk', ''],
      modSeqs: [2, 2],
      internalDates: [date.getTime(), newMessage().internalDate.getTime()],
      sizes: [950, 1000],
      contents: [],
    });
    await expectCounted(id);
  });

  test('a quota holds over all mailboxes of the account', async () => {
    const accountId = await fixture.account(2500);
    const { id } = await fixture.inbox(accountId);
    await fixture.add(id, 2);
    const other = await folder(accountId, 'Other');
    expect(await appendMessages(fixture.db, other.id, [newMessage()])).toEqual({ kind: 'overQuota' });
    expect(await copyMessages(fixture.db, { fromMailboxId: id, toMailboxId: other.id, uids: [1] })).toEqual({
      kind: 'overQuota',
    });
    // A move takes no more room than there was.
    const moved = await collect(
      moveMessages(fixture.db, { fromMailboxId: id, toMailboxId: other.id, uids: [1] }),
    );
    expect(moved).toMatchObject([{ kind: 'copied', uids: [1] }]);
  });

  test('a mailbox that is gone is an outcome', async () => {
    expect(await appendMessages(fixture.db, 999_999, [newMessage()])).toEqual({ kind: 'noMailbox' });
  });
});

describe('flags', () => {
  async function edited(flags: number, keywords: string[], edit: FlagEdit) {
    const { id } = await inbox();
    await fixture.add(id, 1, { flags, keywords });
    const [outcome] = await collect(storeFlags(fixture.db, id, [1], edit));
    await expectCounted(id);
    return {
      flags: outcome?.messages.flags[0],
      keywords: outcome?.messages.keywords[0],
      modSeq: outcome?.modSeq,
    };
  }

  test('add, remove, replace', async () => {
    const { seen, draft, flagged } = FLAG;
    expect(await edited(seen, ['a'], { mode: 'add', flags: draft, keywords: ['B', 'b', 'A'] })).toEqual({
      flags: seen | draft,
      keywords: 'a B',
      modSeq: 3,
    });
    expect(await edited(seen | draft, ['a', 'B'], { mode: 'remove', flags: seen, keywords: ['b'] })).toEqual({
      flags: draft,
      keywords: 'a',
      modSeq: 3,
    });
    expect(await edited(seen, ['a'], { mode: 'replace', flags: flagged, keywords: ['c'] })).toEqual({
      flags: flagged,
      keywords: 'c',
      modSeq: 3,
    });
  });

  test('what changes nothing takes no MODSEQ', async () => {
    expect(await edited(FLAG.seen, ['a'], { mode: 'add', flags: FLAG.seen, keywords: ['A'] })).toEqual({
      flags: FLAG.seen,
      keywords: 'a',
      modSeq: null,
    });
  });

  test('RFC 7162 §3.1.3: messages changed since are left alone and named', async () => {
    const { id } = await inbox();
    await fixture.add(id, 3);
    await collect(storeFlags(fixture.db, id, [2], { mode: 'add', flags: FLAG.flagged, keywords: [] }));
    const edit: FlagEdit = { mode: 'add', flags: FLAG.seen, keywords: [], unchangedSince: 2 };
    const [outcome] = await collect(storeFlags(fixture.db, id, [1, 2, 3, 9], edit));
    expect(outcome).toMatchObject({ modSeq: 4, modified: [2], messages: { uids: [1, 3], modSeqs: [4, 4] } });
  });

  test('many messages go in slices, each with its own MODSEQ', async () => {
    const { id } = await inbox();
    const uids = await fixture.add(id, 2500);
    const outcomes = await collect(storeFlags(fixture.db, id, uids, { mode: 'add', flags: 1, keywords: [] }));
    expect(outcomes.map((outcome) => outcome.messages.uids.length)).toEqual([1000, 1000, 500]);
    expect(outcomes.map((outcome) => outcome.modSeq)).toEqual([3, 4, 5]);
    await expectCounted(id);
  });
});

describe('copy and move', () => {
  test('RFC 9051 §6.4.7: copies keep flags and dates and share the content', async () => {
    const accountId = await fixture.account();
    const from = await fixture.inbox(accountId);
    const to = await folder(accountId, 'Archive');
    await fixture.add(to.id, 1);
    await fixture.add(from.id, 3, { flags: FLAG.seen, keywords: ['x'] });
    await collect(expungeMessages(fixture.db, from.id, [2]));
    const outcome = await copyMessages(fixture.db, {
      fromMailboxId: from.id,
      toMailboxId: to.id,
      uids: [1, 2, 3],
    });
    expect(outcome).toMatchObject({ kind: 'copied', uids: [1, 3], firstUid: 2, fromModSeq: null });
    const pages = await collect(fetchMessages(fixture.db, to.id, [2, 3], ['stored']));
    const originals = await collect(fetchMessages(fixture.db, from.id, [1, 3], ['stored']));
    expect(pages[0]?.contents).toEqual(originals[0]?.contents);
    expect(pages[0]).toMatchObject({ flags: [FLAG.seen, FLAG.seen], keywords: ['x', 'x'] });
    await expectCounted(from.id);
    await expectCounted(to.id);
  });

  test('RFC 6851: a move leaves nothing behind and kills no content', async () => {
    const accountId = await fixture.account();
    const from = await fixture.inbox(accountId);
    const to = await folder(accountId, 'Archive');
    const uids = await fixture.add(from.id, 1500);
    const outcomes = await collect(
      moveMessages(fixture.db, { fromMailboxId: from.id, toMailboxId: to.id, uids }),
    );
    expect(outcomes).toMatchObject([
      { kind: 'copied', firstUid: 1, modSeq: 2, fromModSeq: 3 },
      { kind: 'copied', firstUid: 1001, modSeq: 3, fromModSeq: 4 },
    ]);
    await expectCounted(from.id);
    await expectCounted(to.id);
    expect((await fixture.counters(from.id)).row.exists).toBe(0);
    const [dead] = await fixture.owner.query<{ count: number }>({
      text: `select count(*) as count from store.maybe_dead d join store.message m on m.content_id = d.content_id
        where m.mailbox_id = $1`,
      values: [to.id],
    });
    expect(dead?.count).toBe(0);
  });

  test('RFC 9051 §6.4.7: a copy or move that must be whole leaves all where it is when a message is gone', async () => {
    const accountId = await fixture.account();
    const from = await fixture.inbox(accountId);
    const to = await folder(accountId, 'Archive');
    await fixture.add(from.id, 3);
    await collect(expungeMessages(fixture.db, from.id, [2]));
    const request = { fromMailboxId: from.id, toMailboxId: to.id, uids: [1, 2, 3], isWhole: true };
    expect(await copyMessages(fixture.db, request)).toEqual({ kind: 'expunged' });
    expect(await collect(moveMessages(fixture.db, request))).toEqual([{ kind: 'expunged' }]);
    expect((await fixture.counters(from.id)).row.exists).toBe(2);
    expect((await fixture.counters(to.id)).row).toMatchObject({ exists: 0, maxUid: 0 });
    expect(await copyMessages(fixture.db, { ...request, uids: [1, 3] })).toMatchObject({ uids: [1, 3] });
  });

  test('more than one statement copies are one copy', async () => {
    const accountId = await fixture.account();
    const from = await fixture.inbox(accountId);
    const to = await folder(accountId, 'Archive');
    for (let batch = 0; batch < 3; batch++) await fixture.add(from.id, 4000);
    const uids = Array.from({ length: 12_000 }, (_, index) => index + 1);
    const outcome = await copyMessages(fixture.db, { fromMailboxId: from.id, toMailboxId: to.id, uids });
    expect(outcome).toMatchObject({ kind: 'copied', uids, firstUid: 1, modSeq: 2 });
    await expectCounted(to.id);
  });

  test('a mailbox remembers its keywords, each in its first spelling', async () => {
    const accountId = await fixture.account();
    const from = await fixture.inbox(accountId);
    const to = await folder(accountId, 'Archive');
    await fixture.add(from.id, 2, { keywords: ['One'] });
    const edit = { mode: 'add', flags: 0, keywords: ['ONE', 'two'] } as const;
    await collect(storeFlags(fixture.db, from.id, [1], edit));
    await collect(storeFlags(fixture.db, from.id, [1], { mode: 'replace', flags: 0, keywords: [] }));
    await collect(moveMessages(fixture.db, { fromMailboxId: from.id, toMailboxId: to.id, uids: [2] }));
    expect((await readMailbox(fixture.db, from.id))?.usedKeywords).toEqual(['One', 'two']);
    expect((await readMailbox(fixture.db, to.id))?.usedKeywords).toEqual(['One']);
    const many = Array.from({ length: 60 }, (_, index) => index);
    for (let batch = 0; batch < 10; batch++) {
      await fixture.add(to.id, 1, { keywords: many.map((number) => `k${batch}-${number}`) });
    }
    expect((await readMailbox(fixture.db, to.id))?.usedKeywords).toHaveLength(500);
  });

  test('within one mailbox the copies come behind the originals', async () => {
    const { id } = await inbox();
    await fixture.add(id, 2);
    const request = { fromMailboxId: id, toMailboxId: id, uids: [1, 2] };
    expect(await copyMessages(fixture.db, request)).toMatchObject({ uids: [1, 2], firstUid: 3, modSeq: 3 });
    const moved = await collect(moveMessages(fixture.db, request));
    expect(moved).toMatchObject([{ uids: [1, 2], firstUid: 5, modSeq: 5, fromModSeq: 5 }]);
    const [page] = await collect(fetchMessages(fixture.db, id, [1, 2, 3, 4, 5, 6]));
    expect(page?.uids).toEqual([3, 4, 5, 6]);
    await expectCounted(id);
  });

  test('a mailbox of another account is no target', async () => {
    const [from, to] = [await inbox(), await inbox()];
    await fixture.add(from.id, 1);
    const request = { fromMailboxId: from.id, toMailboxId: to.id, uids: [1] };
    expect(await copyMessages(fixture.db, request)).toEqual({ kind: 'noMailbox' });
    expect(await collect(moveMessages(fixture.db, request))).toEqual([{ kind: 'noMailbox' }]);
  });
});

describe('expunge', () => {
  test('only what is flagged \\Deleted goes, contents are named to the collector, UIDs are remembered', async () => {
    const { id } = await inbox();
    await fixture.add(id, 2500);
    const deleted = Array.from({ length: 1200 }, (_, index) => index * 2 + 1);
    await collect(storeFlags(fixture.db, id, deleted, { mode: 'add', flags: FLAG.deleted, keywords: [] }));
    const done = await collect(expungeDeleted(fixture.db, id));
    expect(done.flatMap(({ uids }) => uids)).toEqual(deleted);
    await expectCounted(id);
    const rows = await fixture.owner.query<{ count: number }>({
      text: `select count(*) as count from store.expunged where mailbox_id = $1
        union all select count(*) from store.maybe_dead`,
      values: [id],
    });
    expect(rows[0]?.count).toBe(1200);
    expect(rows[1]?.count).toBeGreaterThanOrEqual(1200);
  });

  test('RFC 9051 §6.4.9: UID EXPUNGE takes those of the set only', async () => {
    const { id } = await inbox();
    await fixture.add(id, 4, { flags: FLAG.deleted });
    expect(await collect(expungeDeleted(fixture.db, id, [2, 3, 99]))).toEqual([{ uids: [2, 3], modSeq: 3 }]);
    expect(await collect(expungeDeleted(fixture.db, id, [2, 3]))).toEqual([]);
  });
});

test('wide columns come a megabyte at a time, narrow ones a thousand messages at a time', async () => {
  const { id } = await inbox();
  const messages = Array.from({ length: 12 }, () => newMessage());
  for (const message of messages) message.content.description.bodyStructure = `"${'x'.repeat(400_000)}"`;
  await appendMessages(fixture.db, id, messages);
  await fixture.add(id, 1500);
  const wide = await collect(
    fetchMessages(
      fixture.db,
      id,
      Array.from({ length: 40 }, (_, at) => at + 1),
      ['bodyStructure'],
    ),
  );
  expect(wide.map((page) => page.uids.length)).toEqual([3, 3, 3, 3, 28]);
  expect(wide.flatMap((page) => page.uids)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
  expect(wide[0]?.contents[0]).not.toHaveProperty('envelope');
  const narrow = await collect(
    fetchMessages(
      fixture.db,
      id,
      Array.from({ length: 1512 }, (_, at) => at + 1),
    ),
  );
  expect(narrow.map((page) => page.uids.length)).toEqual([1000, 512]);
});

test('a search is narrowed by flags, keywords, dates, sizes and MODSEQ', async () => {
  const { id } = await inbox();
  await fixture.add(id, 2, {
    flags: FLAG.seen,
    keywords: ['Work'],
    internalDate: new Date('2020-01-01T00:00:00Z'),
  });
  await fixture.add(id, 2);
  const all: MessageFilter = {
    set: 0,
    unset: 0,
    keywords: [],
    absentKeywords: [],
    since: null,
    before: null,
    larger: null,
    smaller: null,
    modSeq: null,
    savedSince: null,
    savedBefore: null,
    contentId: null,
  };
  const found = async (more: Partial<MessageFilter>): Promise<number[]> =>
    (await collect(findMessages(fixture.db, id, { ...all, ...more }, 1, 4_294_967_295))).flat();
  expect(await found({})).toEqual([1, 2, 3, 4]);
  expect(await found({ set: FLAG.seen })).toEqual([1, 2]);
  expect(await found({ unset: FLAG.seen })).toEqual([3, 4]);
  expect(await found({ keywords: ['WORK'] })).toEqual([1, 2]);
  expect(await found({ absentKeywords: ['work'] })).toEqual([3, 4]);
  expect(await found({ since: new Date('2025-01-01T00:00:00Z') })).toEqual([3, 4]);
  expect(await found({ before: new Date('2025-01-01T00:00:00Z') })).toEqual([1, 2]);
  expect(await found({ larger: 1000 })).toEqual([]);
  expect(await found({ smaller: 1001, modSeq: 3 })).toEqual([3, 4]);
});
