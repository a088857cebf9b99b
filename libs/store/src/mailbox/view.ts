// What a session knows of the mailbox it has selected: its UIDs in order, as of a MODSEQ.
//
// The MODSEQ is read first, then UIDs in pages, then what has changed since: no snapshot and no connection is
// held. Each statement is a snapshot of its own, and commits of one mailbox come in MODSEQ and UID order, so
// whoever sees a UID also sees every lower one.
import { Turn } from '@pochtar/runtime';
import type { Queryable } from '../db.ts';
import { type FlagColumns, flagAggregates, flagColumns, type FlagRow } from './flags.ts';
import { type Mailbox, MAILBOX_COLUMNS, readMailbox } from './mailbox-row.ts';

const UIDS_A_PAGE = 10_000;
const CHANGES_A_PAGE = 5000;

export interface OpenedView {
  /** As of `uids`. */
  mailbox: Mailbox;
  uids: Uint32Array;
}

/** Null when the mailbox is gone. */
export async function openView(db: Queryable, mailboxId: number): Promise<OpenedView | null> {
  const mailbox = await readMailbox(db, mailboxId);
  if (mailbox === null) return null;
  const uids = mailbox.exists === 0 ? new Uint32Array(0) : await readUids(db, mailboxId);
  const changes = await changesSince(db, mailboxId, mailbox.modSeq);
  if (changes === null) return null;
  return { mailbox: changes.mailbox, uids: applyChanges(uids, changes) ?? (await readUids(db, mailboxId)) };
}

/** All UIDs of a mailbox, ascending, in pages. */
export async function readUids(db: Queryable, mailboxId: number): Promise<Uint32Array> {
  let uids = new Uint32Array(0);
  let after = 0;
  for (;;) {
    const [row] = await db.query<{ uids: number[] | null }>({
      name: 'view_uids',
      text: `select array_agg(uid) as uids from (
        select uid from store.message where mailbox_id = $1 and uid > $2 order by uid limit ${UIDS_A_PAGE}) page`,
      values: [mailboxId, after],
    });
    const page = row?.uids ?? [];
    uids = withAppended(uids, page);
    if (page.length < UIDS_A_PAGE) return uids;
    after = page.at(-1) as number;
  }
}

export interface Changes {
  /** The row as of these changes. */
  mailbox: Mailbox;
  /** In the order in which they went; null when `since` lies below what is remembered: the UIDs have to be read again. */
  expunged: number[] | null;
  /** At which MODSEQ each of `expunged` went. */
  expungedAt: number[];
  /** Flags of messages that are new or were changed; new ones have higher UIDs than a view that knew `since`. */
  changed: FlagColumns;
}

interface ExpungedRow {
  expunged: number[] | null;
  expunged_at: number[] | null;
}

/** Everything after MODSEQ `since`; null when the mailbox is gone. One statement when little has changed. */
export async function changesSince(db: Queryable, mailboxId: number, since: number): Promise<Changes | null> {
  const [row] = await db.query<Mailbox & FlagRow & ExpungedRow>({
    name: 'view_changes',
    // Both parts come in the order of their index and with a limit: it is the cheapest way whatever is known of $2.
    text: `select ${MAILBOX_COLUMNS}, e.*, f.*
      from store.mailbox b
      left join lateral (
        select array_agg(page.uid) as expunged, array_agg(page.mod_seq) as expunged_at from (
          select uid, mod_seq from store.expunged e
          where e.mailbox_id = $1 and e.mod_seq > $2 order by mod_seq, uid limit ${CHANGES_A_PAGE}) page
      ) e on b.mod_seq > $2
      left join lateral (
        select ${flagAggregates('page')} from (
          select uid, flags, keywords, mod_seq from store.message m
          where m.mailbox_id = $1 and m.mod_seq > $2 order by mod_seq, uid limit ${CHANGES_A_PAGE}) page
      ) f on b.mod_seq > $2
      where b.id = $1`,
    values: [mailboxId, since],
  });
  if (row === undefined) return null;
  const { uids, flags, keywords, mod_seqs, expunged, expunged_at, ...mailbox } = row;
  const isRemembered = mailbox.expungedFloor <= since;
  // Later pages may show commits after the first: they come again with the next changes, and are the same then.
  const gone = { uids: expunged ?? [], modSeqs: expunged_at ?? [] };
  if (isRemembered) await readRestOfExpunged(db, mailboxId, gone);
  const pages = [flagColumns({ uids, flags, keywords, mod_seqs })];
  for (let page = pages[0] as FlagColumns; page.uids.length === CHANGES_A_PAGE; pages.push(page)) {
    page = await changedAfter(db, mailboxId, page);
  }
  const changed = await byUid(pages);
  return { mailbox, changed, expunged: isRemembered ? gone.uids : null, expungedAt: gone.modSeqs };
}

async function readRestOfExpunged(
  db: Queryable,
  mailboxId: number,
  gone: { uids: number[]; modSeqs: number[] },
): Promise<void> {
  while (gone.uids.length > 0 && gone.uids.length % CHANGES_A_PAGE === 0) {
    const [row] = await db.query<ExpungedRow>({
      name: 'view_expunged_after',
      text: `select array_agg(page.uid) as expunged, array_agg(page.mod_seq) as expunged_at from (
          select uid, mod_seq from store.expunged e
          where e.mailbox_id = $1 and (e.mod_seq, e.uid) > ($2, $3)
          order by mod_seq, uid limit ${CHANGES_A_PAGE}) page`,
      values: [mailboxId, gone.modSeqs.at(-1), gone.uids.at(-1)],
    });
    const uids = row?.expunged ?? [];
    for (const [at, uid] of uids.entries()) {
      gone.uids.push(uid);
      gone.modSeqs.push(row?.expunged_at?.[at] as number);
    }
    if (uids.length === 0) return;
  }
}

/** The page behind one that is in the order of (mod_seq, uid), though its columns are by UID. */
async function changedAfter(db: Queryable, mailboxId: number, page: FlagColumns): Promise<FlagColumns> {
  let [modSeq, uid] = [0, 0];
  for (const [at, each] of page.modSeqs.entries()) {
    if (each >= modSeq) [modSeq, uid] = [each, page.uids[at] as number];
  }
  const [row] = await db.query<FlagRow>({
    name: 'view_changed_after',
    text: `select ${flagAggregates('page')} from (
        select uid, flags, keywords, mod_seq from store.message m
        where m.mailbox_id = $1 and (m.mod_seq, m.uid) > ($2, $3) order by mod_seq, uid limit ${CHANGES_A_PAGE}) page`,
    values: [mailboxId, modSeq, uid],
  });
  return flagColumns(row);
}

/** One set of columns by UID. A message that was changed between two pages is in both: the later one counts. */
async function byUid(pages: readonly FlagColumns[]): Promise<FlagColumns> {
  if (pages.length === 1) return pages[0] as FlagColumns;
  const turn = new Turn();
  const places = new Map<number, number>();
  for (const [number, page] of pages.entries()) {
    for (const [at, uid] of page.uids.entries()) places.set(uid, number * CHANGES_A_PAGE + at);
    if (turn.isOver) await turn.pass();
  }
  const all: FlagColumns = { uids: [], flags: [], keywords: [], modSeqs: [] };
  for (const uid of Uint32Array.from(places.keys()).sort()) {
    if (turn.isOver) await turn.pass();
    const place = places.get(uid) as number;
    const page = pages[Math.floor(place / CHANGES_A_PAGE)] as FlagColumns;
    const at = place % CHANGES_A_PAGE;
    all.uids.push(uid);
    all.flags.push(page.flags[at] as number);
    all.keywords.push(page.keywords[at] as string);
    all.modSeqs.push(page.modSeqs[at] as number);
  }
  return all;
}

/** UIDs of messages changed after MODSEQ `since`, ascending: the index alone answers. */
export async function readChangedUids(db: Queryable, mailboxId: number, since: number): Promise<Uint32Array> {
  let uids = new Uint32Array(0);
  let [modSeq, uid] = [since, Number.MAX_SAFE_INTEGER];
  for (;;) {
    const [row] = await db.query<{ uids: number[] | null; last: number | null }>({
      name: 'view_changed_uids',
      text: `select array_agg(uid) as uids, max(mod_seq) as last from (
          select uid, mod_seq from store.message m
          where m.mailbox_id = $1 and (m.mod_seq, m.uid) > ($2, $3) order by mod_seq, uid limit ${UIDS_A_PAGE}) page`,
      values: [mailboxId, modSeq, uid],
    });
    const page = row?.uids ?? [];
    uids = withAppended(uids, page);
    if (page.length < UIDS_A_PAGE) break;
    [modSeq, uid] = [row?.last as number, page.at(-1) as number];
  }
  // One that is changed between two pages is in both.
  const sorted = uids.sort();
  return sorted.filter((each, at) => each !== sorted[at - 1]);
}

/** The UIDs after these changes; null when they have to be read again. */
function applyChanges(uids: Uint32Array, { expunged, changed }: Changes): Uint32Array | null {
  if (expunged === null) return null;
  const last = uids.at(-1) ?? 0;
  const grown = withAppended(
    uids,
    changed.uids.filter((uid) => uid > last),
  );
  if (expunged.length === 0) return grown;
  const gone = new Set(expunged);
  return grown.filter((uid) => !gone.has(uid));
}

function withAppended(uids: Uint32Array, more: readonly number[]): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(uids.length + more.length);
  grown.set(uids);
  grown.set(more, uids.length);
  return grown;
}

/** The lowest UID of a message without \Seen, or null. */
export async function firstUnseen(db: Queryable, mailboxId: number): Promise<number | null> {
  const [row] = await db.query<{ uid: number }>({
    name: 'view_first_unseen',
    text: 'select uid from store.message where mailbox_id = $1 and flags & 1 = 0 order by uid limit 1',
    values: [mailboxId],
  });
  return row?.uid ?? null;
}

/**
 * RFC 3501 §2.3.2: messages from the answered UID on are \Recent to this session, and no longer to the next.
 * `upTo` is a UIDNEXT that the session has seen.
 */
export async function claimRecent(db: Queryable, mailboxId: number, upTo: number): Promise<number> {
  const [row] = await db.query<{ recent_uid: number }>({
    name: 'view_claim_recent',
    text: `with old as materialized (select id, recent_uid from store.mailbox where id = $1 for update)
      update store.mailbox b set recent_uid = greatest(b.recent_uid, $2) from old where b.id = old.id
      returning old.recent_uid`,
    values: [mailboxId, upTo],
  });
  return row?.recent_uid ?? upTo;
}

/** How many messages of each mailbox are \Recent to the next session; for STATUS RECENT. 0 is left out. */
export async function countRecent(
  db: Queryable,
  mailboxIds: readonly number[],
): Promise<Map<number, number>> {
  return counts(
    await db.query<Count>({
      name: 'view_count_recent',
      text: `select b.id, count(*) as count from store.mailbox b
        join store.message m on m.mailbox_id = b.id and m.uid >= b.recent_uid
        where b.id = any($1::int8[]) and b.recent_uid < b.uid_next group by b.id`,
      values: [mailboxIds],
    }),
  );
}

/** How many messages of each mailbox have \Deleted; for STATUS DELETED (RFC 9051 §6.3.11). 0 is left out. */
export async function countDeleted(
  db: Queryable,
  mailboxIds: readonly number[],
): Promise<Map<number, number>> {
  return counts(
    await db.query<Count>({
      name: 'view_count_deleted',
      text: `select mailbox_id as id, count(*) as count from store.message
        where mailbox_id = any($1::int8[]) and flags & 8 <> 0 group by mailbox_id`,
      values: [mailboxIds],
    }),
  );
}

/** Octets of what is flagged \\Deleted, of those mailboxes that have any. */
export async function sumDeleted(db: Queryable, mailboxIds: readonly number[]): Promise<Map<number, number>> {
  return counts(
    await db.query<Count>({
      name: 'view_sum_deleted',
      text: `select mailbox_id as id, sum(size)::int8 as count from store.message
        where mailbox_id = any($1::int8[]) and flags & 8 <> 0 group by mailbox_id`,
      values: [mailboxIds],
    }),
  );
}

interface Count {
  id: number;
  count: number;
}

function counts(rows: readonly Count[]): Map<number, number> {
  return new Map(rows.map(({ id, count }) => [id, count]));
}
