// The blocks of a mailbox as rows (ADR 41): who makes them, and who is told by them where a search need not look.
import { SIGNATURE_BITS, SIGNATURE_VERSION } from '@pochtar/mail/search';
import { TEXTS_VERSION } from '../../content/index.ts';
import type { Database, Queryable } from '../../db.ts';
import { type Block, joinBlocks, mayBeMeant, type Narrowing, type ReadBlock, sliceWidth } from './block.ts';

const LOCK = 7_205_341;
/** Octets of slices in a row: it stays within its page, and four of them fill one. */
const PART_OCTETS = 1920;
/** A block with more rows is not joined with others any more. */
export const SMALL_BLOCK = 480;
/** So many small ones are joined. */
const JOINED = 8;

/** Runs `work` unless another replica does; the lock lasts as long as the transaction. Null: another one does. */
export function asIndexMaker<T>(db: Database, work: (tx: Queryable) => Promise<T>): Promise<T | null> {
  return db.transaction(async (tx) => {
    const [row] = await tx.query<{ taken: boolean }>({
      text: 'select pg_try_advisory_xact_lock($1) as taken',
      values: [LOCK],
    });
    return row?.taken === true ? work(tx) : null;
  });
}

export interface Unindexed {
  mailboxId: number;
  /** Messages up to here are in blocks. */
  lastUid: number;
}

/** The next mailbox behind `after` with at least `least` messages behind its last block; null: there is none. */
export async function nextUnindexed(db: Queryable, after: number, least: number): Promise<Unindexed | null> {
  const [row] = await db.query<Unindexed>({
    name: 'next_unindexed',
    text: `select m.id as "mailboxId", b.last_uid as "lastUid" from store.mailbox m,
        lateral (select coalesce(max(last_uid), 0) as last_uid from store.search_block where mailbox_id = m.id) b
      where m.id > $1 and m.exists_count >= $2 and m.uid_next - 1 - b.last_uid >= $2
        and $2 = (select count(*) from (
          select from store.message e where e.mailbox_id = m.id and e.uid > b.last_uid limit $2) left_over)
      order by m.id limit 1`,
    values: [after, least],
  });
  return row ?? null;
}

/**
 * UIDs of messages behind the last block, ascending; those whose texts are to be made anew (TEXTS_VERSION), and what is behind
 * them, have to wait.
 */
export async function unindexedUids(
  db: Queryable,
  { mailboxId, lastUid }: Unindexed,
  limit: number,
): Promise<number[]> {
  const rows = await db.query<{ uid: number; isOld: boolean }>({
    name: 'unindexed_uids',
    text: `select m.uid, c.texts_version < ${TEXTS_VERSION} as "isOld" from store.message m join store.content c on c.id = m.content_id
      where m.mailbox_id = $1 and m.uid > $2 order by m.uid limit $3`,
    values: [mailboxId, lastUid, limit],
  });
  const firstOld = rows.findIndex(({ isOld }) => isOld);
  return rows.slice(0, firstOld < 0 ? rows.length : firstOld).map(({ uid }) => uid);
}

export async function insertBlock(tx: Queryable, mailboxId: number, block: Block): Promise<void> {
  const width = sliceWidth(block.rowKinds);
  // A power of two, so that parts are all alike.
  const slicesAPart = 2 ** Math.floor(Math.log2(Math.max(1, PART_OCTETS / Math.max(1, width))));
  await tx.query({
    name: 'insert_search_block',
    text: `with block as (
        insert into store.search_block (mailbox_id, first_uid, last_uid, version, uids, row_kinds, slices_a_part)
        values ($1, $2, $3, ${SIGNATURE_VERSION}, $4, $5, $6) returning id)
      insert into store.search_slices (block_id, part, bits)
      select block.id, part, substring($7::bytea from part * $8::int + 1 for $8::int)
      from block, generate_series(0, $9::int - 1) part`,
    values: [
      ...[mailboxId, block.firstUid, block.lastUid, block.uids, block.rowKinds, slicesAPart],
      ...[block.slices, slicesAPart * width, SIGNATURE_BITS / slicesAPart],
    ],
  });
}

/** Joins small neighbours at the end of a mailbox once there are enough of them; whether it did. */
export async function joinSmallBlocks(tx: Queryable, mailboxId: number): Promise<boolean> {
  const small = await tx.query<Block & { id: number }>({
    name: 'small_search_blocks',
    text: `select id, first_uid as "firstUid", last_uid as "lastUid", uids, row_kinds as "rowKinds",
        (select string_agg(bits, ''::bytea order by part) from store.search_slices where block_id = b.id) as slices
      from store.search_block b
      where mailbox_id = $1 and version = ${SIGNATURE_VERSION} and octet_length(row_kinds) <= ${SMALL_BLOCK}
      order by first_uid limit ${JOINED}`,
    values: [mailboxId],
  });
  if (small.length < JOINED) return false;
  await removeBlocks(
    tx,
    small.map(({ id }) => id),
  );
  // What is damaged is made anew, with all that is behind it.
  const isWhole = small.every(
    ({ slices, rowKinds }) => slices?.length === SIGNATURE_BITS * sliceWidth(rowKinds),
  );
  if (isWhole) await insertBlock(tx, mailboxId, joinBlocks(small));
  return isWhole;
}

async function removeBlocks(tx: Queryable, ids: readonly number[]): Promise<void> {
  await tx.query({
    name: 'remove_search_blocks',
    text: `with gone as (delete from store.search_block where id = any($1::int8[]))
      delete from store.search_slices where block_id = any($1::int8[])`,
    values: [ids],
  });
}

/**
 * Removes blocks that tell nothing any more, some at a time: of an older version, of a mailbox that is gone, without a message
 * that is still there, and all that are behind messages which are in none. Answers how many.
 */
export async function removeUselessBlocks(tx: Queryable, limit: number): Promise<number> {
  const rows = await tx.query<{ id: number }>({
    name: 'useless_search_blocks',
    text: `with chained as (
        select id, mailbox_id, first_uid, last_uid, version,
          coalesce(lag(last_uid) over (partition by mailbox_id order by first_uid), 0) as before
        from store.search_block
      ), broken as (
        select mailbox_id, min(first_uid) as first_uid from chained c
        where before + 1 < first_uid and exists (
          select from store.message m where m.mailbox_id = c.mailbox_id and m.uid > c.before and m.uid < c.first_uid)
        group by mailbox_id
      )
      select c.id from chained c left join broken b on b.mailbox_id = c.mailbox_id
      where c.version <> ${SIGNATURE_VERSION} or c.first_uid >= b.first_uid or not exists (
        select from store.message m where m.mailbox_id = c.mailbox_id and m.uid between c.first_uid and c.last_uid)
      order by c.id limit $1`,
    values: [limit],
  });
  if (rows.length > 0) {
    await removeBlocks(
      tx,
      rows.map(({ id }) => id),
    );
  }
  return rows.length;
}

export interface Candidates {
  /** UIDs, ascending and apart: within these ranges only `uids` are to be looked at. */
  covered: readonly { firstUid: number; lastUid: number }[];
  /** Ascending. */
  uids: Uint32Array;
}

/** What may be meant of a mailbox; `bits` are those of a signature, whose places in the list the narrowing names. */
export async function findCandidates(
  db: Queryable,
  mailboxId: number,
  bits: readonly number[],
  narrowing: Narrowing,
): Promise<Candidates> {
  const blocks = await db.query<ReadBlock & { slices: Buffer | null }>({
    name: 'search_slices',
    text: `select first_uid as "firstUid", last_uid as "lastUid", uids, row_kinds as "rowKinds", (
        select string_agg(
          substring(s.bits from (w.bit % b.slices_a_part) * (octet_length(b.row_kinds) / 8) + 1 for octet_length(b.row_kinds) / 8),
          ''::bytea order by w.place)
        from unnest($2::int[]) with ordinality as w (bit, place)
        join store.search_slices s on s.block_id = b.id and s.part = w.bit / b.slices_a_part) as slices
      from store.search_block b where mailbox_id = $1 and version = ${SIGNATURE_VERSION} order by first_uid`,
    values: [mailboxId, bits],
  });
  const covered: { firstUid: number; lastUid: number }[] = [];
  const uids: number[] = [];
  for (const { firstUid, lastUid, ...block } of blocks) {
    const meant =
      block.slices === null ? null : mayBeMeant({ ...block, firstUid, lastUid }, bits.length, narrowing);
    if (meant === null) continue;
    const before = covered.at(-1);
    if (before?.lastUid === firstUid - 1) before.lastUid = lastUid;
    else covered.push({ firstUid, lastUid });
    for (const uid of meant) uids.push(uid);
  }
  return { covered, uids: Uint32Array.from(uids) };
}
