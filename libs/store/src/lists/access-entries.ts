// The entries of the white list and the black list, as they are administered. Their grammar is checked by the caller.
import type { Database, Queryable } from '../db.ts';
import { containing } from '../directory/scope.ts';
import {
  type EntryKind,
  type ListColour,
  NEXT_REVISION,
  NEXT_REVISION_OF_REMOVAL,
  nextListRevision,
} from './access-state.ts';

/** Of each list. */
export const MAX_ENTRIES = 100_000;
const MAX_COUNTED = 10_000;

export interface ListEntry {
  id: number;
  kind: EntryKind;
  /** Of a named network `network:` and the name as it is written there. */
  value: string;
  comment: string;
  author: string;
  createdAt: Date;
  expiresAt: Date | null;
  hits: number;
  lastHitAt: Date | null;
  isExpired: boolean;
  /** Of a white address: it sends anywhere without a login; otherwise it is spared the checks and nothing more. */
  opensRelay: boolean;
  /** Of the named network. */
  addresses: string[] | null;
}

const COLUMNS = `e.id, e.kind, coalesce('network:' || n.name, e.value) as value, e.comment, e.author,
  e.created_at as "createdAt", e.expires_at as "expiresAt", e.hits, e.last_hit_at as "lastHitAt",
  coalesce(e.expires_at <= now(), false) as "isExpired", e.opens_relay as "opensRelay", n.addresses`;

export interface EntryFilter {
  /** In the entry, its comment or its author. */
  text?: string | undefined;
  kind?: EntryKind | undefined;
  /** There for so many days, and not hit in them. */
  idleDays?: number | undefined;
  expired?: boolean | undefined;
}

const WHERE = `e.list = $1
  and ($2::text is null or e.value ilike $2 or e.comment ilike $2 or e.author ilike $2)
  and ($3::text is null or e.kind = $3)
  and ($4::int is null or greatest(e.created_at, coalesce(e.last_hit_at, e.created_at)) < now() - make_interval(days => $4))
  and ($5::bool is null or coalesce(e.expires_at <= now(), false) = $5)`;

function filterValues(list: ListColour, { text, kind, idleDays, expired }: EntryFilter): unknown[] {
  return [list, containing(text), kind ?? null, idleDays ?? null, expired ?? null];
}

/** Newest first, those below `after`. */
export function listEntries(
  db: Queryable,
  list: ListColour,
  filter: EntryFilter,
  page: { after?: number | undefined; limit: number },
): Promise<ListEntry[]> {
  return db.query<ListEntry>({
    text: `select ${COLUMNS} from lists.entry e left join lists.network n on n.id = e.network_id
      where ${WHERE} and ($6::bigint is null or e.id < $6) order by e.id desc limit $7`,
    values: [...filterValues(list, filter), page.after ?? null, page.limit],
  });
}

/** How many there are; counted up to 10,000. */
export async function countEntries(
  db: Queryable,
  list: ListColour,
  filter: EntryFilter,
): Promise<{ value: number; exact: boolean }> {
  const [row] = await db.query<{ count: number }>({
    text: `select count(*)::int as count from (select from lists.entry e where ${WHERE} limit $6) counted`,
    values: [...filterValues(list, filter), MAX_COUNTED + 1],
  });
  const count = row?.count ?? 0;
  return { value: Math.min(count, MAX_COUNTED), exact: count <= MAX_COUNTED };
}

/** Of both lists and the networks. */
export async function countLists(
  db: Queryable,
): Promise<{ white: number; black: number; networks: number; whiteNames: number }> {
  const [row] = await db.query<{ white: number; black: number; networks: number; whiteNames: number }>({
    name: 'lists.count',
    text: `select count(*) filter (where list = 'white')::int as white, count(*) filter (where list = 'black')::int as black,
        count(*) filter (where list = 'white' and kind in ('server', 'mailbox'))::int as "whiteNames",
        (select count(*)::int from lists.network) as networks from lists.entry`,
  });
  return row as NonNullable<typeof row>;
}

export async function findEntries(
  db: Queryable,
  list: ListColour,
  values: readonly string[],
): Promise<ListEntry[]> {
  return db.query<ListEntry>({
    text: `select ${COLUMNS} from lists.entry e left join lists.network n on n.id = e.network_id
      where e.list = $1 and e.value = any($2::text[]) order by e.id`,
    values: [list, values],
  });
}

export interface NewEntry {
  kind: EntryKind;
  /** Of a named network `network:` and its key. */
  value: string;
  comment: string;
  expiresAt: Date | null;
  /** Unless it is told otherwise. */
  opensRelay?: boolean;
}

export type Added =
  | { outcome: 'added'; revision: number | null; added: ReadonlySet<string> }
  | { outcome: 'full' };

/** Adds those that are not there; `added` are the values of the new ones. */
export function addEntries(
  db: Database,
  list: ListColour,
  entries: readonly NewEntry[],
  author: string,
): Promise<Added> {
  const adding = db.transaction(async (tx): Promise<Added> => {
    const revision = await nextListRevision(tx);
    // How many there were says the same statement: nobody else changes them now.
    const [row] = await tx.query<{ size: number; added: string[] }>({
      text: `with added as (insert into lists.entry (list, kind, value, network_id, comment, expires_at, opens_relay, author, revision)
        select $1, w.kind, w.value, n.id, w.comment, w.expires, w.relays, $6, $7
        from unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $8::bool[]) with ordinality
          as w(kind, value, comment, expires, relays, place)
        left join lists.network n on w.kind = 'namedNetwork' and w.value = 'network:' || n.key
        where w.kind <> 'namedNetwork' or n.id is not null order by w.place
        on conflict (list, value) do nothing returning value)
        select (select count(*)::int from lists.entry where list = $1) as size, array(select value from added) as added`,
      values: [
        list,
        entries.map(({ kind }) => kind),
        entries.map(({ value }) => value),
        entries.map(({ comment }) => comment),
        entries.map(({ expiresAt }) => expiresAt),
        author,
        revision,
        entries.map(({ opensRelay }) => opensRelay ?? true),
      ],
    });
    const added = new Set(row?.added);
    if (added.size === 0) return { outcome: 'added', revision: null, added };
    if ((row?.size ?? 0) + added.size > MAX_ENTRIES) throw new ListFull();
    return { outcome: 'added', revision, added };
  });
  return adding.catch((error: unknown): Added => {
    if (error instanceof ListFull) return { outcome: 'full' };
    throw error;
  });
}

/** Undoes what was added. */
class ListFull extends Error {
  override name = 'ListFull';
}

/** The revision, or null where there is no such entry. */
export async function changeEntry(
  db: Queryable,
  list: ListColour,
  value: string,
  change: { comment?: string | undefined; expiresAt?: Date | null | undefined },
): Promise<number | null> {
  const [row] = await db.query<{ revision: number }>({
    text: `with next as (${NEXT_REVISION} returning revision)
      update lists.entry e set comment = coalesce($3, e.comment),
        expires_at = case when $4 then $5::timestamptz else e.expires_at end, revision = next.revision
      from next where e.list = $1 and e.value = $2 returning e.revision`,
    values: [list, value, change.comment ?? null, change.expiresAt !== undefined, change.expiresAt ?? null],
  });
  return row?.revision ?? null;
}

/** Removes those that are there, and answers them as they were. One statement, with the lock of all writers. */
export async function removeEntries(
  db: Queryable,
  list: ListColour,
  values: readonly string[],
): Promise<{ revision: number | null; removed: ListEntry[] }> {
  const rows = await db.query<ListEntry & { taken: number }>({
    text: `with ${NEXT_REVISION_OF_REMOVAL},
        gone as (delete from lists.entry e using next where e.list = $1 and e.value = any($2::text[])
          returning e.*, next.revision as taken),
        noted as (insert into lists.removed_entry (revision, entry_id) select taken, id from gone)
      select ${COLUMNS}, e.taken from gone e left join lists.network n on n.id = e.network_id order by e.id`,
    values: [list, values],
  });
  const removed = rows.map((row): ListEntry => {
    const { taken: _, ...entry } = row;
    return entry;
  });
  return { revision: rows[0]?.taken ?? null, removed };
}
