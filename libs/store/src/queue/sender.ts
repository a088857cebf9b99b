// Processes that send, by the sign of life each gives: what a dead one had in hand is due at once, not only when its
// leases end.
import type { Queryable } from '../db.ts';

/** A sign of life. */
export async function beat(db: Queryable, sender: string): Promise<void> {
  await db.query({
    name: 'beat',
    text: 'insert into queue.sender (id, beat_at) values ($1, now()) on conflict (id) do update set beat_at = now()',
    values: [sender],
  });
}

/** The sender has nothing in hand any more. */
export async function removeSender(db: Queryable, sender: string): Promise<void> {
  await db.query({
    text: `with gone as (delete from queue.connection where sender = $1)
      delete from queue.sender where id = $1`,
    values: [sender],
  });
}

/**
 * Ends the leases, of at most `leaseSeconds`, of senders that have given no sign of life for `seconds`. A row that is
 * being settled at this moment is passed over: its lease ends by itself. Notices that they were making are due as well.
 * Answers how many recipients and notices are due now.
 */
export async function endDeadLeases(db: Queryable, seconds: number, leaseSeconds: number): Promise<number> {
  const rows = await db.query({
    name: 'end_dead_leases',
    text: `with dead as materialized (
        delete from queue.sender where beat_at < now() - make_interval(secs => $1) returning id
      ), leased as materialized (
        select mail_id, address from queue.recipient
        where route = 'remote' and due_at > now() and due_at <= now() + make_interval(secs => $2)
          and lease_owner is not null and lease_sender in (select id from dead)
        order by mail_id, address for update skip locked
      ), ended as (
        update queue.recipient r set due_at = now(), lease_until = now() from leased l
        where r.mail_id = l.mail_id and r.address = l.address
        returning 1
      ), closed as (
        delete from queue.connection where sender in (select id from dead) or until < now() - interval '1 hour'
      ), making as materialized (
        select id from queue.owed_notice where sender in (select id from dead) order by id for update skip locked
      ), owed as (
        update queue.owed_notice n set due_at = now(), sender = null from making m where n.id = m.id
        returning 1
      )
      select 1 from ended union all select 1 from owed`,
    values: [seconds, leaseSeconds],
  });
  return rows.length;
}
