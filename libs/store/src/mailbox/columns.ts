// What rows of messages say, many at once, as columns of octets: a mailbox of 100,000 is read in a tenth of the time that
// arrays of numbers take to be written and parsed.
import type { Queryable } from '../db.ts';

const ROWS_A_PAGE = 10_000;
/** 2000-01-01, from which Postgres counts, in milliseconds since 1970. */
const POSTGRES_EPOCH_MS = 946_684_800_000;

/** One index is one message, UIDs ascend. */
export interface MessageColumns {
  count: number;
  uids: Uint32Array;
  /** Bits of FLAG. */
  flags: Uint8Array;
  modSeqs: Float64Array;
  /** Milliseconds since 1970. */
  internalDates: Float64Array;
  sizes: Float64Array;
  /** Sixteen octets a message. */
  contentIds: Uint8Array;
  /** Keywords with blanks between them, by index, of those messages that have some. */
  keywords: ReadonlyMap<number, string>;
}

interface ColumnsRow {
  uids: Buffer | null;
  flags: Buffer;
  mod_seqs: Buffer;
  dates: Buffer;
  sizes: Buffer;
  content_ids: Buffer;
  keyword_uids: number[] | null;
  keywords: string | null;
}

/** Pages of the messages behind UID `after`, from a snapshot each. */
export async function* readColumns(
  db: Queryable,
  mailboxId: number,
  after: number,
): AsyncGenerator<MessageColumns> {
  for (let last = after; ; ) {
    const [row] = await db.query<ColumnsRow>({
      name: 'view_columns',
      text: `select string_agg(int8send(uid), '') as uids, string_agg(int2send(flags), '') as flags,
          string_agg(int8send(mod_seq), '') as mod_seqs, string_agg(timestamptz_send(internal_date), '') as dates,
          string_agg(int8send(size), '') as sizes, string_agg(uuid_send(content_id), '') as content_ids,
          array_agg(uid) filter (where keywords <> '{}') as keyword_uids,
          string_agg(array_to_string(keywords, ' '), E'\\n') filter (where keywords <> '{}') as keywords
        from (
          select uid, flags, keywords, mod_seq, internal_date, size, content_id from store.message
          where mailbox_id = $1 and uid > $2 order by uid limit ${ROWS_A_PAGE}) page`,
      values: [mailboxId, last],
    });
    if (!row?.uids) return;
    const page = columnsOf(row, row.uids);
    yield page;
    if (page.count < ROWS_A_PAGE) return;
    last = page.uids[page.count - 1] as number;
  }
}

function columnsOf(row: ColumnsRow, uidOctets: Buffer): MessageColumns {
  const count = uidOctets.length / 8;
  const uids = new Uint32Array(count);
  const flags = new Uint8Array(count);
  for (let at = 0; at < count; at++) {
    uids[at] = uidOctets.readUInt32BE(8 * at + 4);
    flags[at] = row.flags[2 * at + 1] as number;
  }
  const words = (row.keywords ?? '').split('\n');
  const keywords = new Map<number, string>();
  let place = 0;
  for (const [index, uid] of (row.keyword_uids ?? []).entries()) {
    while (uids[place] !== uid) place++;
    keywords.set(place, words[index] as string);
  }
  const dates = numbersOf(row.dates, count).map((each) => Math.floor(each / 1000) + POSTGRES_EPOCH_MS);
  return {
    ...{ count, uids, flags, keywords },
    modSeqs: numbersOf(row.mod_seqs, count),
    internalDates: dates,
    sizes: numbersOf(row.sizes, count),
    contentIds: row.content_ids,
  };
}

function numbersOf(octets: Buffer, count: number): Float64Array {
  const numbers = new Float64Array(count);
  for (let at = 0; at < count; at++) {
    numbers[at] = octets.readInt32BE(8 * at) * 0x1_0000_0000 + octets.readUInt32BE(8 * at + 4);
  }
  return numbers;
}

/** Where the body of a content lies, and what of it readers are not shown. */
export interface Location {
  id: string;
  packId: string;
  offset: number;
  length: number;
  headerLength: number;
  prefix: Buffer | null;
  removed: number[] | null;
}

/** Of these contents, in no order; those that are gone are left out. */
export function readLocations(db: Queryable, contentIds: readonly string[]): Promise<Location[]> {
  return db.query<Location>({
    name: 'view_locations',
    text: `select id, pack_id as "packId", pack_offset as "offset", length, header_length as "headerLength", prefix, removed
      from store.content where id = any($1::uuid[])`,
    values: [contentIds],
  });
}
