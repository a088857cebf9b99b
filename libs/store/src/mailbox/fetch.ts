// Columns of messages for listing and reading, in bounded pages: only what is asked for, and of wide columns no
// more than a megabyte at a time, whatever a hostile mail made of its structure.
import type { StoredBody } from '../content/index.ts';
import type { Queryable } from '../db.ts';
import { amongUids } from './among-uids.ts';
import { type FlagColumns, flagAggregates, flagColumns, type FlagRow, SLICE, slices } from './flags.ts';

/** Columns of store.content that a page can bring along. */
export type ContentColumn =
  | 'envelope'
  | 'bodyStructure'
  | 'header'
  | 'id'
  | 'parts'
  | 'savedAt'
  | 'sentDay'
  | 'stored';

export interface MessageContent {
  id: string;
  /** Ready-made IMAP text, one char a byte. */
  envelope?: string;
  /** With the envelope, where verdicts put fields in front: these, and the short header, if it is complete. */
  prefix?: Buffer;
  editedHeader?: Buffer;
  bodyStructure?: string;
  /** When the message came into its mailbox, milliseconds since 1970. */
  savedAt?: number;
  /** What the Date field names, days since 1970, null for none; undefined: to be read from the header. */
  sentDay?: number | null;
  /** The short header, and whether it holds every field that `isShortHeaderField` names. */
  header?: Buffer;
  headerComplete?: boolean;
  /** Of the fields of the stored body that are not in it; null: unknown. For mayHaveField(). */
  otherFields?: Buffer | null;
  /** For `decodeParts`. */
  parts?: string;
  /** Where the bytes are. */
  stored?: StoredBody;
  /** Of the stored body, blank line included; the delivered header is longer by `headerShift`. */
  headerLength?: number;
}

export interface MessagePage extends FlagColumns {
  /** Milliseconds since 1970. */
  internalDates: number[];
  sizes: number[];
  /** One a message when content columns were asked for, otherwise empty. */
  contents: MessageContent[];
}

const WIDE_SLICE = 100;
/** Some octets each. */
const NARROW: readonly ContentColumn[] = ['id', 'savedAt', 'sentDay', 'stored'];
const WIDE_BYTES = 1_000_000;

/**
 * Pages of the messages among `uids` (ascending) that exist. No transaction and no connection is held between
 * two pages.
 */
export async function* fetchMessages(
  db: Queryable,
  mailboxId: number,
  uids: ArrayLike<number>,
  columns: readonly ContentColumn[] = [],
): AsyncGenerator<MessagePage> {
  if (columns.length === 0) {
    for (const slice of slices(uids)) {
      const page = await narrowPage(db, mailboxId, slice);
      if (page.uids.length > 0) yield page;
    }
    return;
  }
  const isNarrow = columns.every((column) => NARROW.includes(column));
  for (const slice of slices(uids, isNarrow ? SLICE : WIDE_SLICE)) {
    let left = slice;
    while (left.length > 0) {
      const page = await widePage(db, mailboxId, left, columns);
      const last = page.uids.at(-1);
      if (last === undefined) break;
      yield page;
      left = left.filter((uid) => uid > last);
    }
  }
}

async function narrowPage(db: Queryable, mailboxId: number, uids: number[]): Promise<MessagePage> {
  const { condition, suffix } = amongUids(uids);
  const [row] = await db.query<FlagRow & { dates: number[] | null; sizes: number[] | null }>({
    name: `fetch_narrow${suffix}`,
    text: `select ${flagAggregates('m')}, array_agg(m.size order by m.uid) as sizes,
        array_agg((extract(epoch from m.internal_date) * 1000)::int8 order by m.uid) as dates
      from store.message m where m.mailbox_id = $1 and ${condition}`,
    values: [mailboxId, uids],
  });
  return { ...flagColumns(row), internalDates: row?.dates ?? [], sizes: row?.sizes ?? [], contents: [] };
}

const SELECTED: Record<ContentColumn, string> = {
  envelope:
    'c.envelope, c.prefix as envelope_prefix, case when c.prefix is not null and c.header_complete then c.header end as edited_header',
  bodyStructure: 'c.body_structure',
  header: 'c.header, c.header_complete, c.other_fields',
  id: 'm.content_id as id',
  parts: 'c.parts',
  savedAt: 'coalesce(m.saved_at, m.internal_date) as saved_at',
  // Of older rows the header, from which it is read.
  sentDay: `c.sent_day, c.base_subject is not null as is_listed, case when c.base_subject is null then c.header end as unlisted_header,
    c.header_complete as unlisted_complete`,
  stored: 'c.pack_id, c.pack_offset, c.length, c.header_length, c.prefix, c.removed',
};
const WEIGHT: Record<ContentColumn, string> = {
  envelope:
    'octet_length(c.envelope) + case when c.prefix is null then 0 else octet_length(c.header) + octet_length(c.prefix) end',
  bodyStructure: 'octet_length(c.body_structure)',
  header: 'octet_length(c.header)',
  id: '16',
  parts: 'octet_length(c.parts)',
  savedAt: '8',
  sentDay: 'case when c.base_subject is null then octet_length(c.header) else 4 end',
  stored: 'coalesce(octet_length(c.prefix), 0)',
};

interface WideRow {
  uid: number;
  flags: number;
  keywords: string[];
  mod_seq: number;
  internal_date: Date;
  size: number;
  content_id: string;
  envelope?: string;
  envelope_prefix?: Buffer | null;
  edited_header?: Buffer | null;
  body_structure?: string;
  header?: Buffer;
  header_complete?: boolean;
  other_fields?: Buffer | null;
  parts?: string;
  saved_at?: Date;
  sent_day?: number | null;
  is_listed?: boolean;
  unlisted_header?: Buffer | null;
  unlisted_complete?: boolean;
  pack_id?: string;
  pack_offset?: number;
  length?: number;
  header_length?: number;
  prefix?: Buffer | null;
  removed?: number[] | null;
}

async function widePage(
  db: Queryable,
  mailboxId: number,
  uids: number[],
  columns: readonly ContentColumn[],
): Promise<MessagePage> {
  const sorted = columns.toSorted();
  const weight = sorted.map((column) => WEIGHT[column]).join(' + ');
  const { condition, suffix } = amongUids(uids);
  const rows = await db.query<WideRow>({
    name: `fetch_${sorted.join('_')}${suffix}`,
    // Rows before which the page is not yet full: at least one.
    text: `select * from (
        select m.uid, m.flags, m.keywords, m.mod_seq, m.internal_date, m.size, m.content_id,
          ${sorted.map((column) => SELECTED[column]).join(', ')},
          sum(${weight}) over (order by m.uid) - (${weight}) as before
        from store.message m join store.content c on c.id = m.content_id
        where m.mailbox_id = $1 and ${condition}
      ) page where before < ${WIDE_BYTES} order by uid`,
    values: [mailboxId, uids],
  });
  return {
    uids: rows.map((row) => row.uid),
    flags: rows.map((row) => row.flags),
    keywords: rows.map((row) => row.keywords.join(' ')),
    modSeqs: rows.map((row) => row.mod_seq),
    internalDates: rows.map((row) => row.internal_date.getTime()),
    sizes: rows.map((row) => row.size),
    contents: rows.map(contentOf),
  };
}

/** Columns of contents alone. */
export type TextColumn = Exclude<ContentColumn, 'id' | 'savedAt'>;

/**
 * These columns of contents, by their places in `ids`: of all before `upTo`, where a page is full. Those that are gone are left
 * out.
 */
export async function readContents(
  db: Queryable,
  ids: readonly string[],
  columns: readonly TextColumn[],
): Promise<{ contents: ReadonlyMap<number, MessageContent>; upTo: number }> {
  const sorted = columns.toSorted();
  const weight = sorted.map((column) => WEIGHT[column]).join(' + ');
  const rows = await db.query<WideRow & { place: number; total: number }>({
    name: `contents_${sorted.join('_')}`,
    text: `select * from (
        select u.place, count(*) over () as total, c.id as content_id, ${sorted.map((column) => SELECTED[column]).join(', ')},
          sum(${weight}) over (order by u.place) - (${weight}) as before
        from unnest($1::uuid[]) with ordinality as u (id, place) join store.content c on c.id = u.id
      ) page where before < ${WIDE_BYTES} order by place`,
    values: [ids],
  });
  const last = rows.at(-1);
  const isWhole = last === undefined || rows.length === last.total;
  return {
    contents: new Map(rows.map((row) => [row.place - 1, contentOf(row)])),
    upTo: isWhole ? ids.length : last.place,
  };
}

function contentOf(row: WideRow): MessageContent {
  const content: MessageContent = { id: row.content_id };
  if (row.envelope !== undefined) content.envelope = row.envelope;
  if (row.envelope_prefix) content.prefix = row.envelope_prefix;
  if (row.edited_header) content.editedHeader = row.edited_header;
  if (row.body_structure !== undefined) content.bodyStructure = row.body_structure;
  if (row.header !== undefined) content.header = row.header;
  if (row.header_complete !== undefined) content.headerComplete = row.header_complete;
  if (row.other_fields !== undefined) content.otherFields = row.other_fields;
  if (row.parts !== undefined) content.parts = row.parts;
  if (row.header_length !== undefined) content.headerLength = row.header_length;
  if (row.saved_at !== undefined) content.savedAt = row.saved_at.getTime();
  if (row.is_listed) content.sentDay = row.sent_day ?? null;
  if (row.unlisted_header) {
    content.header ??= row.unlisted_header;
    content.headerComplete ??= row.unlisted_complete === true;
  }
  if (row.pack_id !== undefined) content.stored = storedBody(row);
  return content;
}

function storedBody(row: WideRow): StoredBody {
  return {
    blob: { packId: row.pack_id as string, offset: row.pack_offset as number, length: row.length as number },
    prefix: row.prefix ?? null,
    removed: row.removed ?? null,
  };
}

/**
 * Where the bytes of a content are now: for a reader whose reference met a missing pack, since packs are
 * rewritten under it. Null when the content is gone.
 */
export async function readStored(db: Queryable, contentId: string): Promise<StoredBody | null> {
  const [row] = await db.query<WideRow>({
    name: 'fetch_stored_again',
    text: 'select pack_id, pack_offset, length, prefix, removed from store.content where id = $1',
    values: [contentId],
  });
  return row ? storedBody(row) : null;
}
