// Mails whose event may be lost, and parked mails whose wait is over: what the reconciler publishes again.
import type { Database, Queryable } from '../db.ts';

const LOCK = 7_205_320;

/** Runs `work` unless another replica does; the lock lasts as long as the transaction. False: another one does. */
export function asReconciler(db: Database, work: (tx: Queryable) => Promise<void>): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [row] = await tx.query<{ taken: boolean }>({
      text: 'select pg_try_advisory_xact_lock($1) as taken',
      values: [LOCK],
    });
    if (row?.taken !== true) return false;
    await work(tx);
    return true;
  });
}

export interface OwedMail {
  id: string;
  /** Since when the step's event is owed. */
  stepAt: Date;
}

export interface OwedSince {
  /** The event was owed for longer than that, */
  olderThanSeconds: number;
  /** or since before this. */
  before: Date;
}

/** Active mails at a step whose event is owed for so long, longest first. */
export function owedMails(
  db: Queryable,
  step: string,
  { olderThanSeconds, before }: OwedSince,
  limit: number,
): Promise<OwedMail[]> {
  return db.query<OwedMail>({
    name: 'owed_mails',
    text: `select id, step_at as "stepAt" from queue.mail
      where state = 'active' and step = $1 and step <> 'schedule'
        and step_at < greatest(now() - make_interval(secs => $2), $3)
      order by step_at limit $4`,
    values: [step, olderThanSeconds, before, limit],
  });
}

/** The event of these mails was published just now. Mails that moved meanwhile are left alone. */
export async function markPublished(db: Queryable, step: string, mails: readonly string[]): Promise<void> {
  await db.query({
    name: 'mark_published',
    text: `with locked as materialized (
        select id from queue.mail where id = any($2::uuid[]) and step = $1 and state = 'active'
        order by id for update skip locked
      )
      update queue.mail m set step_at = now() from locked l where m.id = l.id`,
    values: [step, mails],
  });
}

export interface WokenMail {
  id: string;
  step: string;
}

/** Parked mails whose wait is over become active at their step; an event is owed for each that is returned. */
export async function wakeParked(db: Queryable, limit: number): Promise<WokenMail[]> {
  return db.query<WokenMail>({
    name: 'wake_parked',
    text: `with due as materialized (
        select id from (select id from queue.mail where state = 'parked' and due_at <= now() order by due_at limit $1) d
        order by id
      ), locked as materialized (
        select m.id from queue.mail m join due d on d.id = m.id where m.state = 'parked'
        order by m.id for update of m skip locked
      )
      update queue.mail m set state = 'active', step_at = now(), due_at = null from locked l where m.id = l.id
      returning m.id, m.step`,
    values: [limit],
  });
}

/** Mails that are parked at this step become active before their wait is over; an event is owed for each of them. */
export async function wakeStep(db: Queryable, step: string, limit: number): Promise<string[]> {
  const rows = await db.query<{ id: string }>({
    name: 'wake_step',
    text: `with locked as materialized (
        select id from queue.mail where state = 'parked' and step = $1 order by id limit $2 for update skip locked
      )
      update queue.mail m set state = 'active', step_at = now(), due_at = null from locked l where m.id = l.id
      returning m.id`,
    values: [step, limit],
  });
  return rows.map((row) => row.id);
}
