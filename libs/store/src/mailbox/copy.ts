// COPY (RFC 9051 §6.4.7) and MOVE (RFC 6851) between mailboxes of one account. Only rows are written: the content
// is shared by reference, and the source row that is referred to stays locked until the new reference is committed.
import type { Database, Queryable } from '../db.ts';
import { removeMessages } from './expunge.ts';
import { slices } from './flags.ts';
import { lockMailboxes, type Mailbox } from './mailbox-row.ts';
import { isOverQuota } from './quota.ts';

export interface Copied {
  uidValidity: number;
  /** Source UIDs that were there, ascending; their copies have the UIDs from `firstUid` on, in the same order. */
  uids: number[];
  firstUid: number;
  /** Of the mailbox that was copied to. */
  modSeq: number;
  /** Of the mailbox that was moved from; null for a copy. */
  fromModSeq: number | null;
}

export type CopyOutcome = ({ kind: 'copied' } & Copied) | { kind: 'noMailbox' } | { kind: 'overQuota' };

export interface CopyRequest {
  fromMailboxId: number;
  toMailboxId: number;
  /** Ascending. */
  uids: ArrayLike<number>;
}

/** All of them in one transaction: RFC 9051 §6.4.7, a copy that fails leaves the target as it was. */
export function copyMessages(db: Database, request: CopyRequest): Promise<CopyOutcome> {
  return db.transaction<CopyOutcome>(async (tx) => {
    const pair = await lockPair(tx, request);
    if (pair === null) return { kind: 'noMailbox' };
    const uids = Array.from(request.uids);
    const bytes = await bytesOf(tx, request.fromMailboxId, uids);
    if (await isOverQuota(tx, pair.to.accountId, bytes)) return { kind: 'overQuota' };
    return { kind: 'copied', ...(await insertCopies(tx, pair, uids)), fromModSeq: null };
  });
}

/**
 * Moves slices of 1,000, each in a transaction, and yields after each commit: RFC 6851 §3.3, a message is moved
 * or not, never both. Ends early when a mailbox is gone. A move within the mailbox gives new UIDs.
 */
export async function* moveMessages(db: Database, request: CopyRequest): AsyncGenerator<CopyOutcome> {
  for (const slice of slices(request.uids)) {
    const outcome = await db.transaction<CopyOutcome>(async (tx) => {
      const pair = await lockPair(tx, request);
      if (pair === null) return { kind: 'noMailbox' };
      return { kind: 'copied', ...(await moveLocked(tx, pair, slice)) };
    });
    yield outcome;
    if (outcome.kind !== 'copied') return;
  }
}

export interface LockedPair {
  from: Mailbox;
  to: Mailbox;
}

async function lockPair(tx: Queryable, request: CopyRequest): Promise<LockedPair | null> {
  const rows = await lockMailboxes(tx, [request.fromMailboxId, request.toMailboxId]);
  const from = rows.find((row) => row.id === request.fromMailboxId);
  const to = rows.find((row) => row.id === request.toMailboxId);
  return from && to && from.accountId === to.accountId ? { from, to } : null;
}

/** Both rows must be locked. */
export async function moveLocked(tx: Queryable, pair: LockedPair, uids: readonly number[]): Promise<Copied> {
  const copied = await insertCopies(tx, pair, uids);
  if (copied.uids.length === 0) return { ...copied, fromModSeq: null };
  const isSame = pair.from.id === pair.to.id;
  const fromModSeq = (isSame ? copied.modSeq : pair.from.modSeq) + 1;
  await removeMessages(tx, { mailboxId: pair.from.id, modSeq: fromModSeq, uids: copied.uids, isMoved: true });
  return { ...copied, modSeq: isSame ? fromModSeq : copied.modSeq, fromModSeq };
}

async function bytesOf(tx: Queryable, mailboxId: number, uids: readonly number[]): Promise<number> {
  const [row] = await tx.query<{ bytes: number }>({
    name: 'copy_bytes',
    text: `select coalesce(sum(size), 0)::int8 as bytes from store.message
      where mailbox_id = $1 and uid = any($2::int8[])`,
    values: [mailboxId, uids],
  });
  return row?.bytes ?? 0;
}

// RFC 9051 §6.4.7: flags and internal date of the copies are those of the originals.
const INSERT = `
with source as materialized (
  select uid, flags, keywords, internal_date, size, content_id, row_number() over (order by uid) - 1 as place
  from store.message where mailbox_id = $1 and uid = any($2::int8[])
), copied as (
  insert into store.message (mailbox_id, uid, mod_seq, flags, keywords, internal_date, size, content_id)
  select $3, $4::int8 + place, $5, flags, keywords, internal_date, size, content_id from source
), counted as (
  update store.mailbox set uid_next = uid_next + (select count(*) from source), mod_seq = $5,
    exists_count = exists_count + (select count(*) from source),
    unseen_count = unseen_count + (select count(*) from source where flags & 1 = 0),
    bytes = bytes + (select sum(size) from source)
  where id = $3 and exists (select from source)
)
select array_agg(uid order by uid) as uids from source`;

async function insertCopies(
  tx: Queryable,
  { from, to }: LockedPair,
  uids: readonly number[],
): Promise<Copied> {
  const [row] = await tx.query<{ uids: number[] | null }>({
    name: 'copy_insert',
    text: INSERT,
    values: [from.id, uids, to.id, to.uidNext, to.modSeq + 1],
  });
  const found = row?.uids ?? [];
  return {
    uidValidity: to.uidValidity,
    uids: found,
    firstUid: to.uidNext,
    modSeq: found.length > 0 ? to.modSeq + 1 : to.modSeq,
    fromModSeq: null,
  };
}
