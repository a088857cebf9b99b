// Many sessions change mailboxes at once: UID order, MODSEQ order and counters hold, nothing deadlocks, and a
// session that follows the changes ends with what a fresh one reads.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyMessages, moveMessages } from './copy.ts';
import { createMailbox } from './create.ts';
import { expungeMessages } from './expunge.ts';
import { collect, type MailboxFixture, mailboxFixture } from './mailbox-fixture.ts';
import { storeFlags } from './store-flags.ts';
import { changesSince, openView, readUids } from './view.ts';

let fixture: MailboxFixture;
beforeAll(async () => {
  fixture = await mailboxFixture(12);
});
afterAll(() => fixture[Symbol.asyncDispose]());

const WRITERS = 8;
const ROUNDS = 25;

// A fixed sequence of pseudo-random numbers: a failure can be repeated.
function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    return (state >> 8) % limit;
  };
}

test('parallel APPEND, STORE, COPY, MOVE and EXPUNGE keep order and counters', async () => {
  const accountId = await fixture.account();
  const inbox = await fixture.inbox(accountId);
  const other = await createMailbox(fixture.db, accountId, 'Other');
  if (other.kind !== 'created') throw new Error(other.kind);
  const boxes = [inbox.id, other.mailbox.id];
  let writing = true;

  async function write(seed: number): Promise<void> {
    const next = random(seed);
    for (let round = 0; round < ROUNDS; round++) {
      const [from, to] = next(2) === 0 ? boxes : boxes.toReversed();
      const uids = [1, 2, 3].map(() => 1 + next(200)).toSorted((a, b) => a - b);
      const request = { fromMailboxId: from as number, toMailboxId: to as number, uids: [...new Set(uids)] };
      const action = next(5);
      if (action === 0) await fixture.add(from as number, 1 + next(3), { flags: next(2) });
      else if (action === 1) {
        const edit = { mode: next(2) === 0 ? 'add' : 'remove', flags: 1 | next(32), keywords: [] } as const;
        await collect(storeFlags(fixture.db, from as number, request.uids, edit));
      } else if (action === 2) await copyMessages(fixture.db, request);
      else if (action === 3) await collect(moveMessages(fixture.db, request));
      else await collect(expungeMessages(fixture.db, from as number, request.uids));
    }
  }

  // Follows one mailbox as a session does; new UIDs must come in ascending order, behind all that are known.
  async function follow(mailboxId: number): Promise<{ uids: number[]; flags: Map<number, number> }> {
    const opened = await openView(fixture.db, mailboxId);
    let uids = [...(opened?.uids ?? [])];
    let since = opened?.mailbox.modSeq ?? 0;
    const flags = new Map<number, number>();
    for (let isLast = false; ; isLast = !writing) {
      const changes = await changesSince(fixture.db, mailboxId, since);
      if (changes === null) throw new Error('gone');
      for (const uid of changes.expunged ?? []) flags.delete(uid);
      uids = uids.filter((uid) => !changes.expunged?.includes(uid));
      for (const [index, uid] of changes.changed.uids.entries()) {
        flags.set(uid, changes.changed.flags[index] as number);
        if (uids.includes(uid)) continue;
        expect(uid).toBeGreaterThan(uids.at(-1) ?? 0);
        uids.push(uid);
      }
      since = changes.mailbox.modSeq;
      if (isLast) return { uids, flags };
    }
  }

  const followers = boxes.map(follow);
  await Promise.all(Array.from({ length: WRITERS }, (_, seed) => write(seed + 1)));
  writing = false;
  for (const [index, followed] of (await Promise.all(followers)).entries()) {
    const mailboxId = boxes[index] as number;
    expect(followed.uids).toEqual([...(await readUids(fixture.db, mailboxId))]);
    const { row, counted } = await fixture.counters(mailboxId);
    expect(row).toMatchObject({ exists: counted.exists, unseen: counted.unseen, bytes: counted.bytes });
    const rows = await fixture.owner.query<{ uid: number; flags: number }>({
      text: 'select uid, flags from store.message where mailbox_id = $1 order by uid',
      values: [mailboxId],
    });
    // Those that were there when the view was opened are known by UID only until they change.
    for (const { uid, flags } of rows) expect(followed.flags.get(uid) ?? flags).toBe(flags);
    expect(rows.map(({ uid }) => uid)).toEqual(expect.arrayContaining([...followed.flags.keys()]));
  }
});
