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
  await db.query({ text: 'delete from queue.sender where id = $1', values: [sender] });
}

/**
 * Ends the leases, of at most `leaseSeconds`, of senders that have given no sign of life for `seconds`. A row that is
 * being settled at this moment is passed over: its lease ends by itself. Answers how many recipients are due now.
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
      )
      update queue.recipient r set due_at = now(), lease_until = now() from leased l
      where r.mail_id = l.mail_id and r.address = l.address
      returning 1`,
    values: [seconds, leaseSeconds],
  });
  return rows.length;
}
