// COPY (RFC 9051 §6.4.7) and MOVE (RFC 6851) between mailboxes of one account. Only rows are written: the content
// is shared by reference, and the source row that is referred to stays locked until the new reference is committed.
import type { Database, Queryable } from '../db.ts';
import { amongUids } from './among-uids.ts';
import { removeMessages } from './expunge.ts';
import { slices } from './flags.ts';
import { noteKeywords } from './mailbox-keywords.ts';
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

export type CopyOutcome =
  | ({ kind: 'copied' } & Copied)
  | { kind: 'noMailbox' }
  | { kind: 'overQuota' }
  /** Some are no longer there. */
  | { kind: 'expunged' };

export interface CopyRequest {
  fromMailboxId: number;
  toMailboxId: number;
  /** Ascending. */
  uids: ArrayLike<number>;
  /** All of them must be there. */
  isWhole?: boolean;
}

/** A statement; several of them make a copy, so that their answers are read in pieces. */
const COPY_SLICE = 5000;

/**
 * All of them in one transaction: RFC 9051 §6.4.7, a copy that fails leaves the target as it was. `isWhole`: so does one
 * of which a message is no longer there.
 */
export async function copyMessages(db: Database, request: CopyRequest): Promise<CopyOutcome> {
  try {
    return await db.transaction<CopyOutcome>(async (tx) => {
      const pair = await lockPair(tx, request);
      if (pair === null) return { kind: 'noMailbox' };
      const bytes = await bytesOf(tx, request.fromMailboxId, request.uids);
      if (await isOverQuota(tx, pair.to.accountId, bytes)) return { kind: 'overQuota' };
      const copied = await insertCopies(tx, pair, request.uids);
      if (request.isWhole && copied.uids.length < request.uids.length) throw new SomeExpunged();
      return { kind: 'copied', ...copied, fromModSeq: null };
    });
  } catch (error) {
    if (error instanceof SomeExpunged) return { kind: 'expunged' };
    throw error;
  }
}

/** Takes back what was copied so far. */
class SomeExpunged extends Error {
  override name = 'SomeExpunged';
}

/**
 * Moves slices of 1,000, each in a transaction, and yields after each commit: RFC 6851 §3.3, a message is moved
 * or not, never both. Ends early when a mailbox is gone. A move within the mailbox gives new UIDs. `isWhole`: nothing is
 * moved when a message is no longer there as the first slice is.
 */
export async function* moveMessages(db: Database, request: CopyRequest): AsyncGenerator<CopyOutcome> {
  let isFirst = true;
  for (const slice of slices(request.uids)) {
    const mustBeWhole = request.isWhole && isFirst;
    isFirst = false;
    const outcome = await db.transaction<CopyOutcome>(async (tx) => {
      const pair = await lockPair(tx, request);
      if (pair === null) return { kind: 'noMailbox' };
      if (mustBeWhole && (await countOf(tx, pair.from.id, request.uids)) < request.uids.length)
        return { kind: 'expunged' };
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

async function bytesOf(tx: Queryable, mailboxId: number, uids: ArrayLike<number>): Promise<number> {
  return (await totalOf(tx, mailboxId, uids)).bytes;
}

async function countOf(tx: Queryable, mailboxId: number, uids: ArrayLike<number>): Promise<number> {
  return (await totalOf(tx, mailboxId, uids)).count;
}

async function totalOf(
  tx: Queryable,
  mailboxId: number,
  uids: ArrayLike<number>,
): Promise<{ bytes: number; count: number }> {
  const total = { bytes: 0, count: 0 };
  for (const slice of slices(uids, COPY_SLICE)) {
    const { condition, suffix } = amongUids(slice, 'uid');
    const [row] = await tx.query<{ bytes: number; count: number }>({
      name: `copy_total${suffix}`,
      text: `select coalesce(sum(size), 0)::int8 as bytes, count(*) as count from store.message
        where mailbox_id = $1 and ${condition}`,
      values: [mailboxId, slice],
    });
    total.bytes += row?.bytes ?? 0;
    total.count += row?.count ?? 0;
  }
  return total;
}

// RFC 9051 §6.4.7: flags and internal date of the copies are those of the originals.
const insertStatement = (condition: string): string => `
with source as materialized (
  select uid, flags, keywords, internal_date, size, content_id, row_number() over (order by uid) - 1 as place
  from store.message where mailbox_id = $1 and ${condition}
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
select array_agg(uid order by uid) as uids,
  array(select distinct k from source, unnest(keywords) k order by k) as keywords
from source`;

async function insertCopies(
  tx: Queryable,
  { from, to }: LockedPair,
  uids: ArrayLike<number>,
): Promise<Copied> {
  const found: number[] = [];
  const keywords = new Set<string>();
  for (const slice of slices(uids, COPY_SLICE)) {
    const { condition, suffix } = amongUids(slice, 'uid');
    const [row] = await tx.query<{ uids: number[] | null; keywords: string[] }>({
      name: `copy_insert${suffix}`,
      text: insertStatement(condition),
      values: [from.id, slice, to.id, to.uidNext + found.length, to.modSeq + 1],
    });
    for (const uid of row?.uids ?? []) found.push(uid);
    for (const keyword of row?.keywords ?? []) keywords.add(keyword);
  }
  await noteKeywords(tx, to, keywords);
  return {
    uidValidity: to.uidValidity,
    uids: found,
    firstUid: to.uidNext,
    modSeq: found.length > 0 ? to.modSeq + 1 : to.modSeq,
    fromModSeq: null,
  };
}
