// Changing flags and keywords (STORE, RFC 9051 §6.4.6; UNCHANGEDSINCE, RFC 7162 §3.1.3).
import type { Database, Queryable } from '../db.ts';
import { amongUids } from './among-uids.ts';
import {
  type FlagColumns,
  flagAggregates,
  flagColumns,
  type FlagRow,
  MAX_KEYWORDS,
  slices,
} from './flags.ts';
import { noteKeywords } from './mailbox-keywords.ts';
import { lockMailbox } from './mailbox-row.ts';

export interface FlagEdit {
  mode: 'replace' | 'add' | 'remove';
  /** Bits of FLAG. */
  flags: number;
  /** Compared without regard to case; at most MAX_KEYWORDS stay on a message. */
  keywords: readonly string[];
  /** Messages with a higher MODSEQ are left alone. */
  unchangedSince?: number | null;
}

export interface FlagOutcome {
  /** The mailbox's MODSEQ when something was changed, otherwise null. */
  modSeq: number | null;
  /** The messages of this slice that exist and were not left alone, changed or not. */
  messages: FlagColumns;
  /** UIDs left alone because of `unchangedSince`. */
  modified: number[];
}

/**
 * Edits the flags of `uids` (ascending), a slice of 1,000 per transaction; yields after each commit. Ends early
 * when the mailbox is gone.
 */
export async function* storeFlags(
  db: Database,
  mailboxId: number,
  uids: ArrayLike<number>,
  edit: FlagEdit,
): AsyncGenerator<FlagOutcome> {
  for (const slice of slices(uids)) {
    const outcome = await db.transaction((tx) => storeSlice(tx, mailboxId, slice, edit));
    if (outcome === null) return;
    yield outcome;
  }
}

const FLAGS: Record<FlagEdit['mode'], string> = {
  replace: '$3::int2',
  add: 'o.flags | $3::int2',
  remove: 'o.flags & ~$3::int2',
};
const KEYWORDS: Record<FlagEdit['mode'], string> = {
  replace: '$4::text[]',
  // The spelling that was there first stays.
  add: `case when o.keywords @> $4::text[] then o.keywords else (array(
      select k from (
        select distinct on (lower(k)) k, place from unnest(o.keywords || $4::text[]) with ordinality u(k, place)
        order by lower(k), place) d
      order by place))[1:${MAX_KEYWORDS}] end`,
  remove: `case when cardinality(o.keywords) = 0 or cardinality($4::text[]) = 0 then o.keywords else array(
      select k from unnest(o.keywords) with ordinality u(k, place)
      where lower(k) <> all (array(select lower(g) from unnest($4::text[]) g)) order by place) end`,
};

function editStatement(mode: FlagEdit['mode'], condition: string): string {
  return `with old as materialized (
      select m.uid, m.flags, m.keywords, m.mod_seq from store.message m
      where m.mailbox_id = $1 and ${condition}
    ), new as materialized (
      select o.uid, o.flags as was, o.keywords as had, o.mod_seq, ${FLAGS[mode]} as flags, ${KEYWORDS[mode]} as keywords
      from old o where $6::int8 is null or o.mod_seq <= $6
    ), changed as (
      update store.message m set flags = n.flags, keywords = n.keywords, mod_seq = $5
      from new n
      where m.mailbox_id = $1 and m.uid = n.uid and (n.flags <> n.was or n.keywords <> n.had)
      returning m.uid, (n.flags & 1) - (n.was & 1) as seen
    ), counted as (
      update store.mailbox b set mod_seq = $5, unseen_count = b.unseen_count - (select sum(seen) from changed)
      where b.id = $1 and exists (select from changed)
    ), result as (
      select n.uid, n.flags, n.keywords, case when c.uid is null then n.mod_seq else $5 end as mod_seq
      from new n left join changed c on c.uid = n.uid
    )
    select ${flagAggregates('result')}, exists (select from changed) as is_changed,
      array(select uid from old o where o.mod_seq > $6 order by uid) as modified
    from result`;
}

async function storeSlice(
  tx: Queryable,
  mailboxId: number,
  uids: readonly number[],
  edit: FlagEdit,
): Promise<FlagOutcome | null> {
  // The lock is a statement of its own: the next one then sees everything that was committed before it.
  const mailbox = await lockMailbox(tx, mailboxId);
  if (mailbox === null) return null;
  const modSeq = mailbox.modSeq + 1;
  const { condition, suffix } = amongUids(uids);
  const [row] = await tx.query<FlagRow & { is_changed: boolean; modified: number[] }>({
    name: `flags_${edit.mode}${suffix}`,
    text: editStatement(edit.mode, condition),
    values: [
      mailboxId,
      uids,
      edit.flags,
      distinctKeywords(edit.keywords),
      modSeq,
      edit.unchangedSince ?? null,
    ],
  });
  if (row?.is_changed && edit.mode !== 'remove') await noteKeywords(tx, mailbox, edit.keywords);
  return {
    modSeq: row?.is_changed ? modSeq : null,
    messages: flagColumns(row),
    modified: row?.modified ?? [],
  };
}

/** Without repetitions, the first spelling counting. */
export function distinctKeywords(keywords: readonly string[]): string[] {
  const seen = new Map<string, string>();
  for (const keyword of keywords) {
    if (!seen.has(keyword.toLowerCase())) seen.set(keyword.toLowerCase(), keyword);
  }
  return [...seen.values()].slice(0, MAX_KEYWORDS);
}
