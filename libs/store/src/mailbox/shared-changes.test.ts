// Changes of flags and new messages of several sessions in one statement: the same outcome as one by one.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isTransient } from '../db.ts';
import { readColumns } from './columns.ts';
import { FLAG } from './flags.ts';
import { collect, type MailboxFixture, mailboxFixture, newMessage } from './mailbox-fixture.ts';
import { readMailbox } from './mailbox-row.ts';
import { sharedAppend } from './shared-append.ts';
import { sharedFlags } from './shared-flags.ts';
import { type FlagEdit, type FlagOutcome, storeFlags } from './store-flags.ts';

let fixture: MailboxFixture;
beforeAll(async () => {
  fixture = await mailboxFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

async function inbox(quotaBytes?: number): Promise<{ id: number; accountId: number }> {
  return fixture.inbox(await fixture.account(quotaBytes));
}

const EDITS: FlagEdit[] = [
  { mode: 'add', flags: FLAG.seen | FLAG.flagged, keywords: [] },
  { mode: 'add', flags: 0, keywords: ['One', 'two', 'ONE'] },
  { mode: 'add', flags: 0, keywords: ['one'] },
  { mode: 'remove', flags: FLAG.seen, keywords: ['TWO'] },
  { mode: 'remove', flags: 0, keywords: [] },
  { mode: 'replace', flags: FLAG.draft, keywords: ['three'] },
  { mode: 'replace', flags: FLAG.draft, keywords: ['three'] },
  { mode: 'add', flags: FLAG.seen, keywords: [], unchangedSince: 4 },
  { mode: 'add', flags: FLAG.deleted, keywords: Array.from({ length: 64 }, (_, at) => `k${at}`) },
  { mode: 'replace', flags: 0, keywords: [] },
];

describe('flags', () => {
  test('each change, alone, comes out as it does in a transaction of its own', async () => {
    const [alone, shared] = [await inbox(), await inbox()];
    for (const { id } of [alone, shared]) await fixture.add(id, 5, { keywords: ['two'] });
    const store = sharedFlags(fixture.db);
    for (const edit of EDITS) {
      const wanted = await collect(storeFlags(fixture.db, alone.id, [1, 3, 4, 9], edit));
      const found = await collect(store(shared.id, [1, 3, 4, 9], edit));
      expect(found).toEqual(wanted);
      await collect(
        storeFlags(fixture.db, alone.id, [4], { mode: 'add', flags: FLAG.answered, keywords: [] }),
      );
      await collect(store(shared.id, [4], { mode: 'add', flags: FLAG.answered, keywords: [] }));
    }
    const { row, counted } = await fixture.counters(shared.id);
    expect(row).toEqual(counted);
    expect((await readMailbox(fixture.db, shared.id))?.usedKeywords).toEqual(
      (await readMailbox(fixture.db, alone.id))?.usedKeywords,
    );
  });

  test('many at once, in few mailboxes: nothing is lost, and each MODSEQ is given once a mailbox', async () => {
    const boxes = [await inbox(), await inbox(), await inbox()];
    for (const { id } of boxes) await fixture.add(id, 20);
    const store = sharedFlags(fixture.db);
    const outcomes = await Promise.all(
      boxes.flatMap(({ id }) =>
        Array.from({ length: 20 }, (_, at) =>
          collect(store(id, [at + 1], { mode: 'add', flags: FLAG.seen, keywords: [] })),
        ),
      ),
    );
    for (const [place, { id }] of boxes.entries()) {
      const modSeqs = outcomes.slice(20 * place, 20 * place + 20).map(([outcome]) => outcome?.modSeq);
      expect(modSeqs.toSorted((a, b) => Number(a) - Number(b))).toEqual(
        Array.from({ length: 20 }, (_, at) => at + 3),
      );
      const { row, counted } = await fixture.counters(id);
      expect(row).toEqual(counted);
      expect(row.unseen).toBe(0);
    }
  });

  test('a mailbox that somebody has locked holds up its own changes only', async () => {
    const [locked, free] = [await inbox(), await inbox()];
    for (const { id } of [locked, free]) await fixture.add(id, 1);
    const store = sharedFlags(fixture.db);
    const edit: FlagEdit = { mode: 'add', flags: FLAG.seen, keywords: [] };
    let late: Promise<FlagOutcome[]> | undefined;
    await fixture.owner.transaction(async (tx) => {
      await tx.query({ text: 'select from store.mailbox where id = $1 for update', values: [locked.id] });
      late = collect(store(locked.id, [1], edit));
      expect(await collect(store(free.id, [1], edit))).toMatchObject([{ modSeq: 3 }]);
      expect(await collect(store(free.id, [1], { ...edit, mode: 'remove' }))).toMatchObject([{ modSeq: 4 }]);
      await tx.query({
        text: 'update store.mailbox set mod_seq = mod_seq + 5 where id = $1',
        values: [locked.id],
      });
    });
    // Seen as it is when the lock is had.
    expect(await late).toMatchObject([{ modSeq: 8, messages: { uids: [1], flags: [FLAG.seen] } }]);
  });

  test('a mailbox that is gone, and messages that are', async () => {
    const { id } = await inbox();
    const store = sharedFlags(fixture.db);
    const edit: FlagEdit = { mode: 'add', flags: FLAG.seen, keywords: [] };
    expect(await collect(store(999_999, [1], edit))).toEqual([]);
    expect(await collect(store(id, [1, 2], edit))).toMatchObject([
      { modSeq: null, messages: { uids: [] }, modified: [] },
    ]);
  });

  test('one that the database refuses does no harm to those beside it', async () => {
    const { id } = await inbox();
    await fixture.add(id, 3);
    const store = sharedFlags(fixture.db);
    const nul = String.fromCharCode(0);
    const [first, bad, last] = await Promise.allSettled([
      collect(store(id, [1], { mode: 'add', flags: FLAG.seen, keywords: ['a'] })),
      collect(store(id, [2], { mode: 'add', flags: FLAG.seen, keywords: [nul] })),
      collect(store(id, [3], { mode: 'add', flags: FLAG.seen, keywords: ['b'] })),
    ]);
    expect([first?.status, bad?.status, last?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(isTransient((bad as PromiseRejectedResult).reason)).toBe(false);
  });
});

describe('new messages', () => {
  test('of many sessions get UIDs in order, each once, and the counters follow', async () => {
    const boxes = [await inbox(), await inbox()];
    const append = sharedAppend(fixture.db);
    const outcomes = await Promise.all(
      boxes.flatMap(({ id }) =>
        Array.from({ length: 10 }, (_, at) =>
          append(
            id,
            Array.from({ length: 1 + (at % 3) }, () =>
              newMessage({ flags: at % 2, keywords: ['x', `k${at}`] }),
            ),
          ),
        ),
      ),
    );
    for (const [place, { id }] of boxes.entries()) {
      const own = outcomes.slice(10 * place, 10 * place + 10);
      const uids = own.flatMap((outcome) => (outcome.kind === 'appended' ? outcome.uids : []));
      expect(uids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 19 }, (_, at) => at + 1));
      const { row, counted } = await fixture.counters(id);
      expect(row).toEqual(counted);
      const mailbox = await readMailbox(fixture.db, id);
      expect(mailbox).toMatchObject({ uidNext: 20, exists: 19 });
      expect(mailbox?.usedKeywords.toSorted()).toEqual(
        ['x', ...Array.from({ length: 10 }, (_, at) => `k${at}`)].toSorted(),
      );
    }
  });

  test('over quota: refused, and those beside them are not', async () => {
    const [small, large] = [await inbox(2500), await inbox()];
    const append = sharedAppend(fixture.db);
    const size = (await append(large.id, [newMessage({})])).kind;
    expect(size).toBe('appended');
    const [message] = [newMessage({})];
    const fitting = Math.floor(2500 / message.content.blob.length);
    const outcomes = await Promise.all(
      Array.from({ length: fitting + 2 }, () => append(small.id, [newMessage({})])).concat([
        append(large.id, [message]),
      ]),
    );
    const kinds = outcomes.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'appended')).toHaveLength(fitting + 1);
    expect(kinds.filter((kind) => kind === 'overQuota')).toHaveLength(2);
    expect(kinds.at(-1)).toBe('appended');
  });

  test('a mailbox that is gone; one that somebody has locked is waited for', async () => {
    const append = sharedAppend(fixture.db);
    expect(await append(999_999, [newMessage({})])).toEqual({ kind: 'noMailbox' });
    const { id } = await inbox();
    let late: ReturnType<typeof append> | undefined;
    await fixture.owner.transaction(async (tx) => {
      await tx.query({ text: 'select from store.mailbox where id = $1 for update', values: [id] });
      late = append(id, [newMessage({})]);
      expect(await append((await inbox()).id, [newMessage({})])).toMatchObject({ kind: 'appended' });
    });
    expect(await late).toMatchObject({ kind: 'appended', uids: [1] });
  });
});

describe('columns', () => {
  test('say what the rows say, in pages', async () => {
    const { id } = await inbox();
    const internalDate = new Date('1969-12-31T23:59:58.000Z');
    await fixture.add(id, 10_000, { flags: FLAG.seen });
    await fixture.add(id, 2, { keywords: ['a', 'b'], internalDate });
    await fixture.add(id, 1);
    const pages = await collect(readColumns(fixture.db, id, 0));
    expect(pages.map(({ count }) => count)).toEqual([10_000, 3]);
    const [first, last] = pages;
    expect([first?.uids[0], first?.uids[9999], first?.flags[9999]]).toEqual([1, 10_000, FLAG.seen]);
    expect(last?.keywords).toEqual(
      new Map([
        [0, 'a b'],
        [1, 'a b'],
      ]),
    );
    expect([...(last?.internalDates ?? [])].slice(0, 2)).toEqual([
      internalDate.getTime(),
      internalDate.getTime(),
    ]);
    const [row] = await fixture.db.query<{ size: number; mod_seq: number; content_id: string }>({
      text: 'select size, mod_seq, content_id from store.message where mailbox_id = $1 and uid = 10002',
      values: [id],
    });
    expect([last?.sizes[1], last?.modSeqs[1]]).toEqual([row?.size, row?.mod_seq]);
    expect(Buffer.from(last?.contentIds.subarray(16, 32) ?? []).toString('hex')).toBe(
      row?.content_id.replaceAll('-', ''),
    );
    expect(await collect(readColumns(fixture.db, id, 10_003))).toEqual([]);
  });
});
