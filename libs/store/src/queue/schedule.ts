// The clock of the queue: who is due next, local recipients that wait, senders to be told of a delay, and
// changing the plan when the settings change.
import type { Queryable } from '../db.ts';

/** When the next waiting recipient is due; null when nobody waits. */
export async function nextDue(db: Queryable): Promise<Date | null> {
  const [row] = await db.query<{ at: Date | null }>({
    name: 'next_due',
    text: `select least(
      (select min(due_at) from queue.recipient where route = 'remote'),
      (select min(due_at) from queue.recipient where route = 'local' and due_at is not null)) as at`,
  });
  return row?.at ?? null;
}

/**
 * Local recipients whose wait is over: their mails go back to the step 'deliver', and an event is owed for each
 * of the ids returned.
 */
export async function wakeLocal(db: Queryable, limit: number): Promise<string[]> {
  const rows = await db.query<{ id: string }>({
    name: 'wake_local',
    text: `with due as materialized (
        select distinct mail_id from (
          select mail_id from queue.recipient where route = 'local' and due_at <= now() order by due_at limit $1) r
      ), locked as materialized (
        select m.id from queue.mail m join due d on d.mail_id = m.id
        where m.state = 'active' order by m.id for update of m skip locked
      ), ready as (
        update queue.recipient r set due_at = null, planned_at = r.due_at from locked l
        where r.mail_id = l.id and r.route = 'local' and r.due_at <= now()
      )
      update queue.mail m set step = 'deliver', step_at = now() from locked l where m.id = l.id
      returning m.id`,
    values: [limit],
  });
  return rows.map((row) => row.id);
}

/** Mails older than `before` with recipients tried in vain whose sender was not told of the delay yet; none of `except`. */
export async function delayedMails(
  db: Queryable,
  before: Date,
  limit: number,
  except: readonly string[],
): Promise<string[]> {
  const rows = await db.query<{ id: string }>({
    name: 'delayed_mails',
    text: `select m.id from queue.mail m
      where m.accepted_at <= $1 and m.state = 'active' and m.id <> all($3::uuid[])
        and m.id in (select mail_id from queue.recipient where not delay_notified and attempt > 0)
      order by m.accepted_at limit $2`,
    values: [before, limit, except],
  });
  return rows.map((row) => row.id);
}

/** The sender has been told of the delay of these recipients, or does not want to know. */
export async function markDelayNotified(
  tx: Queryable,
  mail: string,
  addresses: readonly string[],
): Promise<void> {
  await tx.query({
    name: 'mark_delay_notified',
    text: 'update queue.recipient set delay_notified = true where mail_id = $1 and address = any($2)',
    values: [mail, addresses],
  });
}

export interface WaitingRecipient {
  mail: string;
  address: string;
  acceptedAt: Date;
  lastAttemptAt: Date;
  dueAt: Date;
  attempts: number;
  reply: string | null;
}

/** A page of recipients that wait for another attempt and are not being tried now, by (mail, address). */
export function waitingRecipients(
  db: Queryable,
  after: { mail: string; address: string } | null,
  limit: number,
): Promise<WaitingRecipient[]> {
  return db.query<WaitingRecipient>({
    name: 'waiting_recipients',
    text: `select r.mail_id as mail, r.address, m.accepted_at as "acceptedAt", r.last_attempt_at as "lastAttemptAt",
        r.due_at as "dueAt", r.attempt as attempts, r.last_reply as reply
      from queue.recipient r join queue.mail m on m.id = r.mail_id
      where (r.mail_id, r.address) > ($1::uuid, $2) and r.attempt > 0 and r.lease_owner is null and r.due_at is not null
        and r.last_attempt_at is not null
      order by r.mail_id, r.address limit $3`,
    values: [after?.mail ?? '00000000-0000-0000-0000-000000000000', after?.address ?? '', limit],
  });
}

/** These waiting recipients of a locked mail are due now; false: none of them waits for another attempt. */
export async function retryRecipients(
  tx: Queryable,
  mail: string,
  addresses: readonly string[],
): Promise<boolean> {
  const rows = await tx.query({
    name: 'retry_recipients',
    text: `update queue.recipient set due_at = now()
      where mail_id = $1 and address = any($2) and lease_owner is null and due_at is not null returning 1`,
    values: [mail, addresses],
  });
  return rows.length > 0;
}

/** Gives recipients another due time, unless they were tried or re-planned since they were read. */
export async function replan(
  db: Queryable,
  changes: readonly { mail: string; address: string; dueAt: Date; lastAttemptAt: Date }[],
): Promise<void> {
  if (changes.length === 0) return;
  await db.query({
    name: 'replan',
    text: `with planned as materialized (
        select r.mail_id, r.address, p."dueAt" from queue.recipient r
        join json_to_recordset($1::json) as p(mail uuid, address text, "dueAt" timestamptz, "lastAttemptAt" timestamptz)
          on r.mail_id = p.mail and r.address = p.address
        where r.lease_owner is null and r.due_at is not null
          and date_trunc('milliseconds', r.last_attempt_at) = p."lastAttemptAt"
        order by r.mail_id, r.address for update of r skip locked
      )
      update queue.recipient r set due_at = p."dueAt" from planned p where r.mail_id = p.mail_id and r.address = p.address`,
    values: [JSON.stringify(changes)],
  });
}
