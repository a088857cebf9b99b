// Flags of messages: the five system flags as bits (RFC 9051 §2.3.2), keywords as words.

export const FLAG = { seen: 1, answered: 2, flagged: 4, deleted: 8, draft: 16 } as const;

/** More keywords than this on one message are not stored. */
export const MAX_KEYWORDS = 64;

/** More different keywords than this are not remembered of a mailbox. */
export const MAX_MAILBOX_KEYWORDS = 500;

/** Flags of many messages as columns; one index is one message, UIDs ascend. */
export interface FlagColumns {
  uids: number[];
  flags: number[];
  /** Keywords with blanks between them; '' for none. */
  keywords: string[];
  modSeqs: number[];
}

/** What the statements of this folder answer for FlagColumns. */
export interface FlagRow {
  uids: number[] | null;
  flags: number[] | null;
  keywords: string | null;
  mod_seqs: number[] | null;
}

/** Aggregates over columns uid, flags, keywords and mod_seq. Column arrays cost a quarter of row objects. */
export function flagAggregates(source: string): string {
  return `array_agg(${source}.uid order by ${source}.uid) as uids,
    array_agg(${source}.flags::int8 order by ${source}.uid) as flags,
    string_agg(array_to_string(${source}.keywords, ' '), E'\\n' order by ${source}.uid) as keywords,
    array_agg(${source}.mod_seq order by ${source}.uid) as mod_seqs`;
}

export function flagColumns(row: FlagRow | undefined): FlagColumns {
  return {
    uids: row?.uids ?? [],
    flags: row?.flags ?? [],
    keywords: row?.uids ? (row.keywords ?? '').split('\n') : [],
    modSeqs: row?.mod_seqs ?? [],
  };
}

/** Changes of many messages go in slices, each a transaction: nobody waits long for a mailbox. */
export const SLICE = 1000;

export function* slices(uids: ArrayLike<number>, size: number = SLICE): Generator<number[]> {
  for (let from = 0; from < uids.length; from += size) {
    yield Array.from(
      { length: Math.min(size, uids.length - from) },
      (_, index) => uids[from + index] as number,
    );
  }
}
