// What all processes that send know together of the far sides: one that could not be reached is asked again by one probe, and
// the others wait for what it finds.
import type { Queryable } from '../db.ts';
import { storedText } from './end-recipients.ts';

/** A session came about: more connections may be made, and what waited for the probe is due. */
export async function noteReached(db: Queryable, destination: string): Promise<void> {
  await db.query({
    name: 'note_reached',
    text: `insert into queue.far_side as f (destination, reached_at) values ($1, now())
      on conflict (destination) do update set reached_at = now(), failures = 0, probe_at = null, touched_at = now()`,
    values: [destination],
  });
}

/**
 * No session came about. `crowded`: others of us are connected to a far side that is well, so it only takes no more
 * connections at once. Otherwise nobody connects before `latest`, or sooner while it has failed a few times only:
 * after 1, 2, 4 … minutes.
 */
export async function noteUnreached(
  db: Queryable,
  { destination, lease, latest }: { destination: string; lease: string; latest: Date },
): Promise<'crowded' | 'unreached'> {
  const [row] = await db.query<{ isCrowded: boolean }>({
    name: 'note_unreached',
    text: `with seen as materialized (
        select exists (select from queue.connection where destination = $1 and lease <> $2 and until > now())
          and exists (select from queue.far_side where destination = $1 and reached_at is not null) as crowded
      )
      insert into queue.far_side as f (destination, failures, probe_at)
      select $1, case when crowded then 0 else 1 end,
        case when not crowded then least($3::timestamptz, now() + interval '1 minute') end from seen
      on conflict (destination) do update set reached_at = null, touched_at = now(),
        failures = f.failures + excluded.failures,
        probe_at = case when excluded.failures = 0 then f.probe_at
          else least($3::timestamptz, now() + make_interval(mins => power(2, least(f.failures, 10))::int)) end
      returning (select crowded from seen) as "isCrowded"`,
    values: [destination, lease, latest],
  });
  return row?.isCrowded === true ? 'crowded' : 'unreached';
}

/** The connection of a claim to a destination is over; one that is not told ends with its time. */
export async function noteDisconnected(db: Queryable, destination: string, lease: string): Promise<void> {
  await db.query({
    name: 'note_disconnected',
    text: 'delete from queue.connection where destination = $1 and lease = $2',
    values: [destination, lease],
  });
}

/** A person wants attempts now, or the ways have changed: nothing that was found counts. */
export async function forgetUnreached(db: Queryable): Promise<void> {
  await db.query({
    name: 'forget_unreached',
    text: 'update queue.far_side set probe_at = null, failures = 0 where failures > 0',
  });
}

/** Whether it is another state than before. */
export async function pauseFarSide(db: Queryable, destination: string, by: string): Promise<boolean> {
  const rows = await db.query({
    text: `insert into queue.far_side as f (destination, paused_at, paused_by) values ($1, now(), $2)
      on conflict (destination) do update set paused_at = now(), paused_by = $2, touched_at = now()
        where f.paused_at is null
      returning 1`,
    values: [destination, by],
  });
  return rows.length > 0;
}

/** Whether it was paused. */
export async function resumeFarSide(db: Queryable, destination: string): Promise<boolean> {
  const rows = await db.query({
    text: `update queue.far_side set paused_at = null, paused_by = null, probe_at = null, touched_at = now()
      where destination = $1 and paused_at is not null returning 1`,
    values: [destination],
  });
  return rows.length > 0;
}

export interface WaitingForProbe {
  mail: string;
  address: string;
  acceptedAt: Date;
  dueAt: Date;
}

/** Recipients that are due for a far side and in nobody's hands; a page of them, by (mail, address). */
export function waitingForProbe(
  db: Queryable,
  destination: string,
  after: { mail: string; address: string } | null,
  limit: number,
): Promise<WaitingForProbe[]> {
  return db.query<WaitingForProbe>({
    name: 'waiting_for_probe',
    text: `select r.mail_id as mail, r.address, m.accepted_at as "acceptedAt", r.due_at as "dueAt"
      from queue.recipient r join queue.mail m on m.id = r.mail_id
      where r.route = 'remote' and r.destination = $1 and r.due_at <= now() and r.lease_owner is null
        and m.state = 'active' and (r.mail_id, r.address) > ($2::uuid, $3)
      order by r.mail_id, r.address limit $4`,
    values: [destination, after?.mail ?? '00000000-0000-0000-0000-000000000000', after?.address ?? '', limit],
  });
}

/** The attempt of one stands for all of these, unless somebody has taken them in hand meanwhile. */
export async function deferForProbe(
  db: Queryable,
  changes: readonly { mail: string; address: string; attemptedAt: Date; dueAt: Date }[],
  reply: string,
): Promise<void> {
  if (changes.length === 0) return;
  await db.query({
    name: 'defer_for_probe',
    text: `with held as materialized (
        select r.mail_id, r.address, c."attemptedAt", c."dueAt" from queue.recipient r
        join json_to_recordset($1::json) as c(mail uuid, address text, "attemptedAt" timestamptz, "dueAt" timestamptz)
          on r.mail_id = c.mail and r.address = c.address
        where r.lease_owner is null and r.due_at <= now()
        order by r.mail_id, r.address for update of r skip locked
      )
      update queue.recipient r set due_at = h."dueAt", last_attempt_at = h."attemptedAt", attempt = r.attempt + 1,
        last_reply = $2, planned_at = null
      from held h where r.mail_id = h.mail_id and r.address = h.address`,
    values: [JSON.stringify(changes), storedText(reply)],
  });
}

/** Rows that say nothing any more; answers how many went. */
export async function forgetFarSides(db: Queryable, limit: number): Promise<number> {
  const gone = await db.query({
    name: 'forget_far_sides',
    text: `delete from queue.far_side where destination = any(array(
        select destination from queue.far_side where touched_at < now() - interval '1 day' and paused_at is null
        order by touched_at limit $1)) returning 1`,
    values: [limit],
  });
  return gone.length;
}
