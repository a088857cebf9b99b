/** The audit log: changes asked for by people and programs, in the order they began. */
import type { Queryable } from '../db.ts';

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
        text: 'update audit.entry set outcome = $2 where id = $1',
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

/** Newest first. */
export function listAudit(db: Queryable, filter: AuditFilter): Promise<StoredAuditEntry[]> {
  return db.query<StoredAuditEntry>({
    text: `select id, at, author, role, client_address as "clientAddress", action, object, details, outcome
      from audit.entry
      where ($1::text is null or author = $1)
        and ($2::text is null or action = $2 or action like $2 || '.%')
        and ($3::text is null or strpos(lower(object), lower($3)) > 0)
        and ($4::timestamptz is null or at >= $4)
        and ($5::timestamptz is null or at < $5)
        and ($6::bigint is null or id < $6)
      order by id desc limit $7`,
    values: [
      filter.author ?? null,
      filter.action ?? null,
      filter.object ?? null,
      filter.since ?? null,
      filter.until ?? null,
      filter.before ?? null,
      filter.limit,
    ],
  });
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
