// The ledger: what was told to which hook, when, and what was answered; what is told once more; what is forgotten.
import type { Queryable } from '../db.ts';

export const messageStates = ['waiting', 'sent', 'givenUp'] as const;
export type MessageState = (typeof messageStates)[number];

export interface LedgerRow {
  id: string;
  kind: string;
  mail: string | null;
  recipient: string | null;
  occurredAt: Date;
  state: MessageState;
  attempts: number;
  /** Of one that waits. */
  dueAt: Date;
  expiresAt: Date;
  lastAt: Date | null;
  lastStatus: number | null;
  lastAnswer: string | null;
}

export interface LedgerFilter {
  state?: MessageState | undefined;
  /** A mail's id. */
  mail?: string | undefined;
  /** The last id of the page before. */
  after?: string | undefined;
  limit: number;
}

/** Of one hook, the newest first. */
export function ledgerOf(
  db: Queryable,
  hook: number,
  { state, mail, after, limit }: LedgerFilter,
): Promise<LedgerRow[]> {
  return db.query<LedgerRow>({
    // Without a name: planned for what is asked.
    text: `select id, kind, mail_id as mail, recipient, occurred_at as "occurredAt", state, attempts, due_at as "dueAt",
        expires_at as "expiresAt", last_at as "lastAt", last_status as "lastStatus", last_answer as "lastAnswer"
      from hook.message
      where hook_id = $1 and ($2::text is null or state = $2) and ($3::uuid is null or mail_id = $3)
        and ($4::uuid is null or (occurred_at, id) < (select o.occurred_at, o.id from hook.message o
          where o.hook_id = $1 and o.id = $4))
      order by occurred_at desc, id desc limit $5`,
    values: [hook, state ?? null, mail ?? null, after ?? null, limit],
  });
}

/** What of an event is told. */
export async function ledgerData(
  db: Queryable,
  hook: number,
  id: string,
): Promise<{ kind: string; occurredAt: Date; data: unknown } | null> {
  const [row] = await db.query<{ kind: string; occurredAt: Date; data: unknown }>({
    text: `select kind, occurred_at as "occurredAt", data from hook.message where hook_id = $1 and id = $2::uuid`,
    values: [hook, id],
  });
  return row ?? null;
}

/** Tells these again, or everything that was given up; returns how many. */
export async function redeliver(
  db: Queryable,
  hook: number,
  ids: readonly string[] | 'givenUp',
  expiryHours: number,
): Promise<number> {
  const rows = await db.query({
    text: `update hook.message set state = 'waiting', due_at = now(), expires_at = now() + make_interval(hours => $3)
      where hook_id = $1 and case when $2::uuid[] is null then state = 'givenUp' else id = any($2) end returning 1`,
    values: [hook, ids === 'givenUp' ? null : ids, expiryHours],
  });
  return rows.length;
}

/** What has ended stays so long, and so many of it, but no newer than this: it may still be found a second time. */
const KEPT_DAYS = 7;
const KEPT_ROWS = 100_000;
const KEPT_HOURS = 1;

/** What nobody tried in its time, because nothing at all was taken, is given up; returns how many rows were. */
export async function expireMessages(db: Queryable, limit: number): Promise<number> {
  const rows = await db.query({
    text: `update hook.message set state = 'givenUp' where ctid = any(array(
      select ctid from hook.message where state = 'waiting' and expires_at < now() - interval '1 hour' limit $1)) returning 1`,
    values: [limit],
  });
  return rows.length;
}

/** Removes at most `limit` rows that have ended; returns how many went. */
export async function forgetMessages(db: Queryable, limit: number): Promise<number> {
  const rows = await db.query({
    text: `delete from hook.message where ctid = any(array(
      select m.ctid from hook.hook h, hook.message m
      where m.hook_id = h.id and m.state <> 'waiting' and m.occurred_at < greatest(
        now() - interval '${KEPT_DAYS} days',
        least(now() - interval '${KEPT_HOURS} hour', coalesce((select o.occurred_at from hook.message o
          where o.hook_id = h.id order by o.occurred_at desc, o.id desc offset ${KEPT_ROWS} limit 1), '-infinity')))
      limit $1)) returning 1`,
    values: [limit],
  });
  return rows.length;
}
