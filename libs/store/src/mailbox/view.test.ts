// What a session sees: opening a view, and the changes that follow.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expungeMessages } from './expunge.ts';
import { FLAG } from './flags.ts';
import { collect, type MailboxFixture, mailboxFixture } from './mailbox-fixture.ts';
import { readMailbox, readModSeqs } from './mailbox-row.ts';
import { openMaildrop, readStoredMessages } from './maildrop.ts';
import { storeFlags } from './store-flags.ts';
import {
  type Changes,
  changesSince,
  claimRecent,
  countDeleted,
  countRecent,
  firstUnseen,
  openView,
  readChangedUids,
} from './view.ts';
import { openDatabase, type Queryable, type Statement } from '../db.ts';

let fixture: MailboxFixture;
beforeAll(async () => {
  fixture = await mailboxFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

async function inbox(): Promise<{ id: number; accountId: number }> {
  return fixture.inbox(await fixture.account());
}

describe('opening', () => {
  test('all UIDs in order, over several pages, as of the MODSEQ of the row', async () => {
    const { id } = await inbox();
    for (let batch = 0; batch < 3; batch++) await fixture.add(id, 8000);
    await collect(expungeMessages(fixture.db, id, [1, 2, 15_000]));
    const view = await openView(fixture.db, id);
    expect(view?.uids).toHaveLength(23_997);
    expect([view?.uids[0], view?.uids.at(-1)]).toEqual([3, 24_000]);
    expect(view?.uids.every((uid, index, all) => index === 0 || uid > (all[index - 1] as number))).toBe(true);
    expect(view?.mailbox).toMatchObject({ exists: 23_997, modSeq: 5, uidNext: 24_001 });
  });

  test('an empty mailbox, and one that is gone', async () => {
    const { id } = await inbox();
    expect(await openView(fixture.db, id)).toMatchObject({ uids: new Uint32Array(0) });
    expect(await openView(fixture.db, 999_999)).toBeNull();
  });
});

describe('changes', () => {
  test('new messages, flags and expunges after a MODSEQ, and none twice', async () => {
    const { id } = await inbox();
    await fixture.add(id, 3);
    const view = await openView(fixture.db, id);
    const since = view?.mailbox.modSeq as number;
    expect(await changesSince(fixture.db, id, since)).toMatchObject({ expunged: [], changed: { uids: [] } });
    await collect(storeFlags(fixture.db, id, [1], { mode: 'add', flags: FLAG.seen, keywords: ['k'] }));
    await collect(expungeMessages(fixture.db, id, [2]));
    await fixture.add(id, 1);
    const changes = await changesSince(fixture.db, id, since);
    expect(changes).toMatchObject({
      mailbox: { modSeq: since + 3, exists: 3 },
      expunged: [2],
      changed: { uids: [1, 4], flags: [FLAG.seen, 0], keywords: ['k', ''] },
    });
    expect(await changesSince(fixture.db, id, since + 3)).toMatchObject({
      expunged: [],
      changed: { uids: [] },
    });
  });

  test('more than a page of changes comes whole', async () => {
    const { id } = await inbox();
    await fixture.add(id, 12_000);
    await collect(storeFlags(fixture.db, id, [1, 6000], { mode: 'add', flags: FLAG.seen, keywords: ['k'] }));
    const { changed } = (await changesSince(fixture.db, id, 1)) as Changes;
    expect(changed.uids).toEqual(Array.from({ length: 12_000 }, (_, index) => index + 1));
    expect(changed.flags.flatMap((flags, index) => (flags === FLAG.seen ? [index] : []))).toEqual([0, 5999]);
    expect(changed.keywords.flatMap((keywords, index) => (keywords === 'k' ? [index] : []))).toEqual([
      0, 5999,
    ]);
    expect(new Set(changed.modSeqs)).toEqual(new Set([2, 3]));
  });

  test('more than a page of expunges comes whole, each with its MODSEQ', async () => {
    const { id } = await inbox();
    await fixture.add(id, 1);
    await fixture.owner.query({
      text: `insert into store.expunged (mailbox_id, uid, mod_seq)
        select $1, 30000 - n, 3 + n / 1000 from generate_series(1, 12000) n`,
      values: [id],
    });
    await fixture.owner.query({ text: 'update store.mailbox set mod_seq = 20 where id = $1', values: [id] });
    const { expunged, expungedAt } = (await changesSince(fixture.db, id, 3)) as Changes;
    expect(new Set(expunged)).toEqual(new Set(Array.from({ length: 11_001 }, (_, index) => 29_000 - index)));
    expect(expunged?.every((uid, at) => expungedAt[at] === 3 + Math.floor((30_000 - uid) / 1000))).toBe(true);
    expect(expungedAt).toHaveLength(11_001);
  });

  test('what has changed is read by its index, whatever plan is kept', async () => {
    const { id } = await inbox();
    await fixture.add(id, 1);
    // Enough for a planner to be led astray: it cannot know that little has changed.
    await fixture.owner.query({
      text: `insert into store.expunged (mailbox_id, uid, mod_seq) select $1, n, n from generate_series(1000, 30000) n`,
      values: [id],
    });
    await fixture.owner.query({ text: 'analyze store.expunged' });
    for (const setting of ['force_generic_plan', 'force_custom_plan']) {
      const plan = await fixture.owner.transaction(async (tx) => {
        await tx.query({ text: `set local plan_cache_mode = ${setting}` });
        await tx.query({ text: 'set local enable_seqscan = off' });
        const statements: Statement[] = [];
        const noting: Queryable = {
          query: async <Row>(statement: Statement) => {
            statements.push(statement);
            return tx.query<Row>(statement);
          },
        };
        await changesSince(noting, id, 29_990);
        await tx.query({ text: `prepare ${setting} (int8, int8) as ${statements[0]?.text}` });
        return tx.query<{ 'QUERY PLAN': string }>({ text: `explain execute ${setting} (${id}, 29990)` });
      });
      const lines = plan.map((row) => row['QUERY PLAN']).join('\n');
      expect(lines).toMatch(/expunged_mod_seq/);
      expect(lines).not.toMatch(/expunged_pkey/);
    }
  });

  test('UIDs of what has changed, ascending, over several pages', async () => {
    const { id } = await inbox();
    for (let batch = 0; batch < 3; batch++) await fixture.add(id, 8000);
    await collect(storeFlags(fixture.db, id, [3, 9000], { mode: 'add', flags: FLAG.seen, keywords: [] }));
    expect([...(await readChangedUids(fixture.db, id, 4))]).toEqual([3, 9000]);
    const all = await readChangedUids(fixture.db, id, 1);
    expect(all).toEqual(Uint32Array.from({ length: 24_000 }, (_, index) => index + 1));
    expect(await readChangedUids(fixture.db, id, 5)).toHaveLength(0);
  });

  test('below what is remembered of expunges the UIDs have to be read again', async () => {
    const { id } = await inbox();
    await fixture.add(id, 1);
    await fixture.owner.query({
      text: 'update store.mailbox set mod_seq = 10, expunged_floor = 9 where id = $1',
      values: [id],
    });
    expect((await changesSince(fixture.db, id, 8))?.expunged).toBeNull();
    expect((await changesSince(fixture.db, id, 9))?.expunged).toEqual([]);
  });

  test('a mailbox that is gone', async () => {
    expect(await changesSince(fixture.db, 999_999, 1)).toBeNull();
    const { id } = await inbox();
    expect(await readModSeqs(fixture.db, [id, 999_999])).toEqual(new Map([[id, 1]]));
  });
});

test('RFC 3501 §2.3.2: messages are recent to one session', async () => {
  const { id } = await inbox();
  await fixture.add(id, 2);
  expect(await claimRecent(fixture.db, id, 3)).toBe(1);
  expect(await claimRecent(fixture.db, id, 3)).toBe(3);
  await fixture.add(id, 1);
  expect(await claimRecent(fixture.db, id, 2)).toBe(3);
  expect((await readMailbox(fixture.db, id))?.recentUid).toBe(3);
  expect(await countRecent(fixture.db, [id, 999_999])).toEqual(new Map([[id, 1]]));
});

test('first unseen and deleted are found', async () => {
  const { id } = await inbox();
  await fixture.add(id, 2, { flags: FLAG.seen | FLAG.deleted });
  expect(await firstUnseen(fixture.db, id)).toBeNull();
  await fixture.add(id, 2);
  expect(await firstUnseen(fixture.db, id)).toBe(3);
  expect(await countDeleted(fixture.db, [id, 999_999])).toEqual(new Map([[id, 2]]));
});

test('the maildrop of POP3: listed, read and deleted from with its own role', async () => {
  const { accountId, id } = await inbox();
  await fixture.add(id, 3);
  await using pop3 = openDatabase({ url: fixture.test.url('pop3'), password: fixture.test.password });
  const drop = await openMaildrop(pop3, accountId);
  expect(drop).toMatchObject({
    mailboxId: id,
    uids: Uint32Array.of(1, 2, 3),
    sizes: Float64Array.of(1000, 1000, 1000),
  });
  expect((await readStoredMessages(pop3, id, [2])).get(2)).toMatchObject({
    size: 1000,
    headerLength: 200,
    stored: { prefix: null },
  });
  expect(await collect(expungeMessages(pop3, id, [2]))).toEqual([{ uids: [2], modSeq: 3 }]);
  expect(await readStoredMessages(pop3, id, [2])).toEqual(new Map());
  expect(await openMaildrop(pop3, 999_999)).toBeNull();
});
