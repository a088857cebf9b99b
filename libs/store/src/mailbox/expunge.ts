// Removing messages for good: rows go, `expunged` remembers their UIDs for sessions and QRESYNC, counters follow,
// and the contents are named to the collector. IMAP's EXPUNGE, POP3's UPDATE and retention all come through here.
import type { Database, Queryable } from '../db.ts';
import { amongUids } from './among-uids.ts';
import { slices } from './flags.ts';
import { lockMailbox } from './mailbox-row.ts';

export interface Expunged {
  /** Ascending. */
  uids: number[];
  /** The mailbox's MODSEQ after it. */
  modSeq: number;
}

/** Expunges these UIDs (ascending), flagged \Deleted or not; yields after each commit. */
export async function* expungeMessages(
  db: Database,
  mailboxId: number,
  uids: ArrayLike<number>,
): AsyncGenerator<Expunged> {
  for (const slice of slices(uids)) {
    const done = await db.transaction((tx) => expungeSlice(tx, mailboxId, BY_UID, slice));
    if (done !== null) yield done;
  }
}

/**
 * Expunges what is flagged \Deleted, among `uids` (ascending) where they are given; yields after each commit.
 * RFC 9051 §6.4.3, §6.4.9.
 */
export async function* expungeDeleted(
  db: Database,
  mailboxId: number,
  uids: ArrayLike<number> | null = null,
): AsyncGenerator<Expunged> {
  for (const slice of slices(uids ?? (await readDeleted(db, mailboxId)))) {
    const done = await db.transaction((tx) => expungeSlice(tx, mailboxId, DELETED_BY_UID, slice));
    if (done !== null) yield done;
  }
}

/** Without a limit, so that the index of the few deleted ones is the cheapest way whatever is known of the table. */
async function readDeleted(db: Queryable, mailboxId: number): Promise<number[]> {
  const [row] = await db.query<{ uids: number[] | null }>({
    name: 'expunge_read_deleted',
    text: `select array_agg(uid order by uid) as uids from store.message where mailbox_id = $1 and flags & 8 <> 0`,
    values: [mailboxId],
  });
  return row?.uids ?? [];
}

interface Choice {
  name: string;
  condition: string;
}
const BY_UID: Choice = { name: 'expunge_uids', condition: 'true' };
const DELETED_BY_UID: Choice = { name: 'expunge_deleted_uids', condition: 'm.flags & 8 <> 0' };

async function expungeSlice(
  tx: Queryable,
  mailboxId: number,
  choice: Choice,
  uids: readonly number[],
): Promise<Expunged | null> {
  const mailbox = await lockMailbox(tx, mailboxId);
  if (mailbox === null) return null;
  const gone = await removeMessages(tx, { mailboxId, modSeq: mailbox.modSeq + 1, choice, uids });
  return gone.length === 0 ? null : { uids: gone, modSeq: mailbox.modSeq + 1 };
}

/** The mailbox row must be locked. `isMoved`: the contents are still referred to. */
export async function removeMessages(
  tx: Queryable,
  removal: {
    mailboxId: number;
    modSeq: number;
    choice?: Choice;
    uids: readonly number[];
    isMoved?: boolean;
  },
): Promise<number[]> {
  const { choice = BY_UID } = removal;
  const dead = removal.isMoved
    ? ''
    : `, dead as (insert into store.maybe_dead (content_id) select content_id from gone)`;
  const { condition, suffix } = amongUids(removal.uids, 'm.uid', '$3');
  const [row] = await tx.query<{ uids: number[] | null }>({
    name: `${choice.name}${removal.isMoved ? '_moved' : ''}${suffix}`,
    text: `with gone as (
        delete from store.message m where m.mailbox_id = $1 and ${condition} and ${choice.condition}
        returning m.uid, m.flags, m.size, m.content_id
      ), noted as (
        insert into store.expunged (mailbox_id, uid, mod_seq) select $1, uid, $2 from gone
      )${dead}, counted as (
        update store.mailbox set mod_seq = $2, exists_count = exists_count - (select count(*) from gone),
          unseen_count = unseen_count - (select count(*) from gone where flags & 1 = 0),
          bytes = bytes - (select sum(size) from gone)
        where id = $1 and exists (select from gone)
      )
      select array_agg(uid order by uid) as uids from gone`,
    values: [removal.mailboxId, removal.modSeq, removal.uids],
  });
  return row?.uids ?? [];
}
