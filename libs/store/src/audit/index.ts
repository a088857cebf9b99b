/** The audit log: changes asked for by people and programs, in the order they began. */
import type { Queryable } from '../db.ts';
import { hasPart } from '../part-of-text.ts';

export interface AuditEntry {
  author: string;
  role: string;
  clientAddress?: string | undefined;
  action: string;
  object: string;
  details: Readonly<Record<string, unknown>>;
}

export interface StoredAuditEntry extends AuditEntry {
  id: number;
  at: Date;
  /** `done`, or the code of the complaint; null: it began and was cut off. */
  outcome: string | null;
}

/** Writes that a change begins; `end` says how it ended. Throws when it cannot be written: then nothing may be changed. */
export async function beginAudit(
  db: Queryable,
  entry: AuditEntry,
): Promise<{ end(outcome: string): Promise<void> }> {
  const rows = await db.query<{ id: number }>({
    name: 'audit.begin',
    text: `insert into audit.entry (author, role, client_address, action, object, details)
      values ($1, $2, $3, $4, $5, $6) returning id`,
    values: [
      entry.author,
      entry.role,
      entry.clientAddress ?? null,
      entry.action,
      entry.object,
      JSON.stringify(entry.details),
    ],
  });
  const id = rows[0]?.id;
  return {
    async end(outcome) {
      await db.query({
        name: 'audit.end',
        // Visible at once, on the disk within a second: nobody waits for a flush of his own after that of the change. If the
        // server of the database breaks off in between, the entry says that it began.
        text: `update audit.entry set outcome = $2 from (select set_config('synchronous_commit', 'off', true)) quick where id = $1`,
        values: [id, outcome],
      });
    },
  };
}

/** How often an author did something within the last seconds, without what was refused for being too often. */
export async function countAudited(
  db: Queryable,
  { author, action, seconds }: { author: string; action: string; seconds: number },
): Promise<number> {
  const [row] = await db.query<{ count: number }>({
    name: 'audit.count',
    text: `select count(*)::int as count from audit.entry
      where author = $1 and action = $2 and at > now() - make_interval(secs => $3)
        and outcome is distinct from 'tooMany'`,
    values: [author, action, seconds],
  });
  return row?.count ?? 0;
}

export interface AuditFilter {
  author?: string | undefined;
  /** A question, or the object before its dot: `account` */
  action?: string | undefined;
  /** Part of the object. */
  object?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
  /** The last id of the page before. */
  before?: number | undefined;
  limit: number;
}

export interface FoundAudit {
  entries: StoredAuditEntry[];
  /** `before` of the next page. */
  next: number | null;
  /** The time was up: what is newer has been looked at, and the next page looks further. */
  searchedSince: Date | null;
}

/** How far one answer looks for a part of an object, which is in no index. */
export interface AuditSearch {
  /** Entries in the first part; later ones are as large as fits into what is left of the time. */
  part: number;
  milliseconds: number;
}
const SEARCH: AuditSearch = { part: 5000, milliseconds: 20 };
const MAX_PART = 100_000;

const COLUMNS = `id, at, author, role, client_address as "clientAddress", action, object, details, outcome`;

/** What indexes lead to. */
const NARROWED = `($1::text is null or author = $1) and ($2::text is null or action = $2 or action like $2 || '.%')
  and ($3::timestamptz is null or at >= $3) and ($4::timestamptz is null or at < $4)
  and ($5::bigint is null or id < $5)`;

function narrowing(
  { author, action, since, until }: Omit<AuditFilter, 'object' | 'limit'>,
  before: number | undefined,
): unknown[] {
  return [author ?? null, action ?? null, since ?? null, until ?? null, before ?? null];
}

/** Newest first. Without a name: planned for what is asked for. */
export function listAudit(db: Queryable, filter: Omit<AuditFilter, 'object'>): Promise<StoredAuditEntry[]> {
  return db.query<StoredAuditEntry>({
    text: `select ${COLUMNS} from audit.entry where ${NARROWED} order by id desc limit $6`,
    values: [...narrowing(filter, filter.before), filter.limit],
  });
}

/** The same, of a part of the object too. */
export async function findAudit(
  db: Queryable,
  { object, ...filter }: AuditFilter,
  search: AuditSearch = SEARCH,
): Promise<FoundAudit> {
  if (object !== undefined) return searchAudit(db, { ...filter, object }, search);
  const entries = await listAudit(db, filter);
  return {
    entries,
    next: entries.length < filter.limit ? null : (entries.at(-1)?.id ?? null),
    searchedSince: null,
  };
}

async function searchAudit(
  db: Queryable,
  filter: AuditFilter & { object: string },
  { part: firstPart, milliseconds }: AuditSearch,
): Promise<FoundAudit> {
  const { object, limit } = filter;
  const found: number[] = [];
  let { before } = filter;
  let part = firstPart;
  let left = milliseconds;
  for (;;) {
    const began = performance.now();
    const [row] = await db.query<{ passed: number; last: number | null; ids: number[] }>({
      text: `with part as materialized (
          select id, object from audit.entry where ${NARROWED} order by id desc limit $6)
        select (select count(*)::int from part) as passed, (select min(id) from part) as last,
          array(select id from part where ${hasPart('object', '$7', object)} order by id desc limit $8) as ids`,
      values: [...narrowing(filter, before), part, object, limit - found.length],
    });
    const { passed = 0, last = null, ids = [] } = row ?? {};
    found.push(...ids);
    const isEnd = passed < part || last === null;
    before = last ?? before;
    const tookMs = performance.now() - began;
    left -= tookMs;
    if (isEnd || found.length >= limit || left < tookMs / 5) {
      const isOver = isEnd || found.length >= limit;
      const { entries, at } = await entriesOf(db, found, isOver ? null : last);
      const next = found.length >= limit ? (found.at(-1) ?? null) : isEnd ? null : last;
      return { entries, next, searchedSince: at };
    }
    part = Math.min(MAX_PART, Math.ceil((part * left) / tookMs));
  }
}
/** These entries, and when that of `last` was written. */
async function entriesOf(
  db: Queryable,
  ids: readonly number[],
  last: number | null,
): Promise<{ entries: StoredAuditEntry[]; at: Date | null }> {
  const rows = await db.query<StoredAuditEntry>({
    name: 'audit.entries',
    text: `select ${COLUMNS} from audit.entry where id = any($1::bigint[]) order by id desc`,
    values: [last === null ? ids : [...ids, last]],
  });
  const found = new Set(ids);
  return {
    entries: rows.filter(({ id }) => found.has(id)),
    at: rows.find(({ id }) => id === last)?.at ?? null,
  };
}

/** How long entries are kept: a year, and a month to look back at it. */
export const AUDIT_KEEP_DAYS = 400;
const SLICE = 5000;

/** Removes a slice of what is older than it is kept. Answers how many went; call it until it answers 0. */
export async function forgetAudit(db: Queryable, keepDays = AUDIT_KEEP_DAYS): Promise<number> {
  const rows = await db.query({
    name: 'audit.forget',
    text: `delete from audit.entry where id = any(array(
      select id from audit.entry where at < now() - make_interval(days => $1) order by at limit $2)) returning 1`,
    values: [keepDays, SLICE],
  });
  return rows.length;
}
