// The part of a search that message rows can answer: flags, keywords, dates, sizes. What is left is decided by
// the reader of headers and bodies.
import type { Queryable } from '../db.ts';

const PAGE = 10_000;

/** All conditions that are given must hold. */
export interface MessageFilter {
  /** Bits of FLAG that must be set, and that must not. */
  set: number;
  unset: number;
  /** Keywords that must be there, and that must not; without regard to case. */
  keywords: readonly string[];
  absentKeywords: readonly string[];
  /** internalDate >= since, < before */
  since: Date | null;
  before: Date | null;
  /** When it came into the mailbox: >= savedSince, < savedBefore */
  savedSince: Date | null;
  savedBefore: Date | null;
  larger: number | null;
  smaller: number | null;
  /** MODSEQ >= this (RFC 7162 §3.1.5). */
  modSeq: number | null;
  /** What it is a copy of. */
  contentId: string | null;
}

/** UIDs, ascending, of messages from `firstUid` to `lastUid` that meet the filter; in pages. */
export async function* findMessages(
  db: Queryable,
  mailboxId: number,
  filter: MessageFilter,
  firstUid: number,
  lastUid: number,
): AsyncGenerator<number[]> {
  for (let from = firstUid; from <= lastUid; ) {
    const [row] = await db.query<{ uids: number[] | null }>({
      name: 'search_messages',
      text: `select array_agg(uid order by uid) as uids from (
          select uid from store.message
          where mailbox_id = $1 and uid between $2 and $3
            and flags & $4::int2 = $4::int2 and flags & $5::int2 = 0
            and (cardinality($6::text[]) = 0 or array(select lower(k) from unnest(keywords) k) @> $6::text[])
            and (cardinality($7::text[]) = 0 or not array(select lower(k) from unnest(keywords) k) && $7::text[])
            and ($8::timestamptz is null or internal_date >= $8)
            and ($9::timestamptz is null or internal_date < $9)
            and ($10::int8 is null or size > $10) and ($11::int8 is null or size < $11)
            and ($12::int8 is null or mod_seq >= $12)
            and ($13::timestamptz is null or coalesce(saved_at, internal_date) >= $13)
            and ($14::timestamptz is null or coalesce(saved_at, internal_date) < $14)
            and ($15::uuid is null or content_id = $15)
          order by uid limit ${PAGE}) page`,
      values: [
        mailboxId,
        from,
        lastUid,
        filter.set,
        filter.unset,
        filter.keywords.map((keyword) => keyword.toLowerCase()),
        filter.absentKeywords.map((keyword) => keyword.toLowerCase()),
        filter.since,
        filter.before,
        filter.larger,
        filter.smaller,
        filter.modSeq,
        filter.savedSince,
        filter.savedBefore,
        filter.contentId,
      ],
    });
    const uids = row?.uids ?? [];
    if (uids.length > 0) yield uids;
    if (uids.length < PAGE) return;
    from = (uids.at(-1) as number) + 1;
  }
}
