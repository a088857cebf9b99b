// What a session knows of the mailbox it has selected: its UIDs in order, as of a MODSEQ.
//
// The MODSEQ is read first, then UIDs in pages, then what has changed since: no snapshot and no connection is
// held. Each statement is a snapshot of its own, and commits of one mailbox come in MODSEQ and UID order, so
// whoever sees a UID also sees every lower one.
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
  /** Ascending; null when `since` lies below what is remembered: the UIDs have to be read again. */
  expunged: number[] | null;
  /** Flags of messages that are new or were changed; new ones have higher UIDs than a view that knew `since`. */
  changed: FlagColumns;
}

/** Everything after MODSEQ `since`; null when the mailbox is gone. One statement when little has changed. */
export async function changesSince(db: Queryable, mailboxId: number, since: number): Promise<Changes | null> {
  const [row] = await db.query<Mailbox & FlagRow & { expunged: number[] }>({
    name: 'view_changes',
    text: `select ${MAILBOX_COLUMNS},
        array(select e.uid from store.expunged e where e.mailbox_id = b.id and e.mod_seq > $2 order by e.uid) as expunged,
        f.*
      from store.mailbox b
      left join lateral (
        select ${flagAggregates('page')} from (
          select uid, flags, keywords, mod_seq from store.message m
          where m.mailbox_id = b.id and m.mod_seq > $2 order by mod_seq, uid limit ${CHANGES_A_PAGE}) page
      ) f on b.mod_seq > $2
      where b.id = $1`,
    values: [mailboxId, since],
  });
  if (row === undefined) return null;
  const { uids, flags, keywords, mod_seqs, expunged, ...mailbox } = row;
  const pages = [flagColumns({ uids, flags, keywords, mod_seqs })];
  // Later pages may show commits after the first: they come again with the next changes, and are the same then.
  for (let page = pages[0] as FlagColumns; page.uids.length === CHANGES_A_PAGE; pages.push(page)) {
    page = await changedAfter(db, mailboxId, page);
  }
  return { mailbox, changed: byUid(pages), expunged: mailbox.expungedFloor > since ? null : expunged };
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
function byUid(pages: readonly FlagColumns[]): FlagColumns {
  if (pages.length === 1) return pages[0] as FlagColumns;
  const places = new Map<number, [FlagColumns, number]>();
  for (const page of pages) for (const [at, uid] of page.uids.entries()) places.set(uid, [page, at]);
  const uids = [...places.keys()].toSorted((a, b) => a - b);
  const found = uids.map((uid) => places.get(uid) as [FlagColumns, number]);
  return {
    uids,
    flags: found.map(([page, at]) => page.flags[at] as number),
    keywords: found.map(([page, at]) => page.keywords[at] as string),
    modSeqs: found.map(([page, at]) => page.modSeqs[at] as number),
  };
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

/** How many messages from this UID on there are; for STATUS RECENT. */
export async function countFrom(db: Queryable, mailboxId: number, uid: number): Promise<number> {
  const [row] = await db.query<{ count: number }>({
    name: 'view_count_from',
    text: 'select count(*) as count from store.message where mailbox_id = $1 and uid >= $2',
    values: [mailboxId, uid],
  });
  return row?.count ?? 0;
}

/** How many messages have \Deleted; for STATUS DELETED (RFC 9051 §6.3.11). */
export async function countDeleted(db: Queryable, mailboxId: number): Promise<number> {
  const [row] = await db.query<{ count: number }>({
    name: 'view_count_deleted',
    text: 'select count(*) as count from store.message where mailbox_id = $1 and flags & 8 <> 0',
    values: [mailboxId],
  });
  return row?.count ?? 0;
}
