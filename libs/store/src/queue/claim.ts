// Remote recipients by lease: claimed before connecting, renewed while the attempt goes on, settled only while
// the lease still holds.
//
// A claim counts the attempt and pushes due_at behind the lease in one committed statement, so a sender that
// dies leaves nothing locked: its recipients become due when the lease ends. Mails that are held, and mails with
// a slip entry without an accepting verdict (or one that a person overruled), are never claimed (architecture §1.4).
//
// Connections are counted over all processes that send: what a claim takes for one destination goes over one connection at a
// time, which has a row from then to the end of its session, and whoever claims waits for who claims before. A far side that was not reached lately gets one, and one that could not be reached none
// before its next probe.
import type { Database, Queryable } from '../db.ts';
import type { Origin } from './accept.ts';
import { storedText } from './end-recipients.ts';
import { type ContentColumns, contentOf, type MailContent } from './load-mail.ts';

export interface ClaimedRecipient {
  address: string;
  destination: string;
  originalRecipient: string | null;
  notify: string | null;
  /** Whose alias led here. */
  expandedFrom: string | null;
  attempt: number;
}

export interface ClaimedMail {
  id: string;
  acceptedAt: Date;
  reversePath: string;
  /** Its domain is one of ours. */
  isOwnSender: boolean;
  origin: Origin;
  body: '7BIT' | '8BITMIME' | null;
  smtpUtf8: boolean;
  dsnReturn: 'FULL' | 'HDRS' | null;
  dsnEnvelopeId: string | null;
  size: number;
  content: MailContent | null;
  recipients: ClaimedRecipient[];
}

export interface ClaimOptions {
  /** A fresh random id: the lease belongs to this claim, not to the process. */
  lease: string;
  /** Who claims: see sender.ts. */
  sender: string;
  /** Leases whose work is under way in the claiming process: even when they have ended, it does not begin that again. */
  inHand: readonly string[];
  leaseSeconds: number;
  /** Destinations that have all the connections they may have, as this process knows it. */
  busy: readonly string[];
  /** Most recipients for one destination. */
  limit: number;
  /** Most destinations. */
  destinations: number;
  /** Mails that were accepted before and tried are claimed to be given up, wherever nobody connects. */
  expiredBefore: Date;
  /** Connections to one of them, over all processes; a route may have a number of its own. */
  connections: number;
}

export interface ClaimedDestination {
  mails: ClaimedMail[];
  /** A session came about within the last minutes. */
  isReached: boolean;
}

/** Looked through for a claim: what is due for longest. */
const LOOK = 200;

const covered = `exists (
      select from queue.mail m where m.id = r.mail_id and m.state = 'active' and cardinality(m.slip) = (
        select count(*) from queue.verdict v
        where v.mail_id = m.id and v.generation = m.generation and v.recipient = '' and v.filter = any(m.slip)
          and (v.result = 'accept' or (v.filter = any(m.released_filters) and v.result in ('quarantine', 'defer')))))`;
const claimable = `r.route = 'remote' and r.due_at <= now()
    and (r.lease_owner is null or r.lease_owner <> all($6::uuid[])) and ${covered}`;

const expired = `(r.attempt > 0 and exists (
      select from queue.mail x where x.id = r.mail_id and x.accepted_at <= $9))`;

const CLAIM = `
with ruled as materialized (
  select 'route:' || domain as destination, max_connections as connections, per_minute from queue.route where is_on
), connected as materialized (
  select destination, count(*)::int as connections from queue.connection where until > now() group by destination
), closed as materialized (
  select f.destination from queue.far_side f left join ruled l on l.destination = f.destination
  where f.paused_at is not null or f.probe_at > now()
    or (f.minute = date_trunc('minute', now()) and f.begun >= l.per_minute)
  union select c.destination from connected c
    left join queue.far_side f on f.destination = c.destination left join ruled l on l.destination = c.destination
  where c.connections >= case when f.reached_at > now() - interval '10 minutes' then coalesce(l.connections, $7) else 1 end
  union select unnest($3::text[])
), heads as materialized (
  select destination, destination in (select destination from closed) as is_closed, min(due_at) as due_at from (
    select r.destination, r.due_at from queue.recipient r
    where ${claimable} and (r.destination not in (select destination from closed) or ${expired})
    order by r.due_at limit ${LOOK}) first
  group by destination order by 3 limit $8
), taken as materialized (
  select h.destination, p.mail_id, p.address from heads h cross join lateral (
    select r.mail_id, r.address from queue.recipient r
    where r.destination = h.destination and ${claimable} and (not h.is_closed or ${expired})
    order by r.due_at limit $4 for update of r skip locked) p
), due as materialized (
  select mail_id, address from (
    select t.mail_id, t.address, dense_rank() over (partition by t.destination order by t.mail_id) as place,
      l.per_minute - case when f.minute = date_trunc('minute', now()) then f.begun else 0 end as left_over, l.per_minute
    from taken t left join ruled l on l.destination = t.destination
      left join queue.far_side f on f.destination = t.destination) counted
  where per_minute is null or place <= coalesce(left_over, per_minute)
), leased as (
  update queue.recipient r
  set lease_owner = $1, lease_until = now() + make_interval(secs => $2), due_at = now() + make_interval(secs => $2),
    attempt = r.attempt + 1, last_attempt_at = now(), lease_sender = $5,
    planned_at = case when r.lease_owner is null then r.due_at else r.planned_at end
  from due d where r.mail_id = d.mail_id and r.address = d.address
  returning r.mail_id, r.address, r.destination, r.original_recipient, r.notify, r.expanded_from, r.attempt
), opened as (
  insert into queue.connection (destination, lease, sender, until)
  select distinct destination, $1::uuid, $5::uuid, now() + make_interval(secs => $2) from leased
), begun as (
  insert into queue.far_side as f (destination, minute, begun)
  select l.destination, date_trunc('minute', now()), count(distinct d.mail_id)
  from leased d join ruled l on l.destination = d.destination and l.per_minute is not null group by l.destination
  on conflict (destination) do update set minute = excluded.minute, touched_at = now(),
    begun = case when f.minute = excluded.minute then f.begun else 0 end + excluded.begun
)
select l.mail_id, l.address, l.destination, l.original_recipient, l.notify, l.expanded_from, l.attempt, m.accepted_at,
  m.reverse_path,
  exists (select from directory.domain d where d.name = lower(split_part(m.reverse_path, '@', -1))) as is_own_sender,
  m.origin, m.body, m.smtp_utf8, m.dsn_return, m.dsn_envelope_id, m.size, m.content_id, c.pack_id, c.pack_offset, c.length,
  c.header_length, c.prefix, c.removed,
  exists (select from queue.far_side f where f.destination = l.destination
    and f.reached_at > now() - interval '5 minutes') as is_reached
from leased l join queue.mail m on m.id = l.mail_id left join store.content c on c.id = m.content_id
order by m.accepted_at, l.mail_id, l.address`;

interface ClaimRow extends ContentColumns {
  is_reached: boolean;
  mail_id: string;
  address: string;
  destination: string;
  original_recipient: string | null;
  notify: string | null;
  expanded_from: string | null;
  attempt: number;
  accepted_at: Date;
  reverse_path: string;
  is_own_sender: boolean;
  origin: Origin;
  body: ClaimedMail['body'];
  smtp_utf8: boolean;
  dsn_return: ClaimedMail['dsnReturn'];
  dsn_envelope_id: string | null;
  size: number;
}

/** Advisory lock: one claims at a time, of all that send. */
const TURN = 7_205_350;
const TURN_MS = 3000;

/** Due recipients, longest due first, by destination and mail. Committed when resolved: only then may anybody connect. */
export async function claimDue(
  db: Database,
  options: ClaimOptions,
): Promise<Map<string, ClaimedDestination>> {
  return db.transaction(async (tx) => {
    await tx.query({
      name: 'claim_turn',
      // Who hangs between two statements keeps nobody else from claiming for long.
      text: `select set_config('idle_in_transaction_session_timeout', '${TURN_MS}', true), pg_advisory_xact_lock($1)`,
      values: [TURN],
    });
    const rows = await tx.query<ClaimRow>({
      name: 'claim_due',
      text: CLAIM,
      values: [
        ...[options.lease, options.leaseSeconds, options.busy, options.limit],
        ...[options.sender, options.inHand, options.connections, options.destinations],
        options.expiredBefore,
      ],
    });
    return byDestination(rows);
  });
}

function byDestination(rows: readonly ClaimRow[]): Map<string, ClaimedDestination> {
  const claimed = new Map<string, ClaimedDestination & { byId: Map<string, ClaimedMail> }>();
  for (const row of rows) {
    const { destination, is_reached: isReached } = row;
    let found = claimed.get(destination);
    if (found === undefined) claimed.set(destination, (found = { mails: [], isReached, byId: new Map() }));
    let mail = found.byId.get(row.mail_id);
    if (mail === undefined) {
      found.byId.set(row.mail_id, (mail = claimedMail(row)));
      found.mails.push(mail);
    }
    const { address, original_recipient: originalRecipient, notify, attempt } = row;
    const { expanded_from: expandedFrom } = row;
    mail.recipients.push({ address, destination, originalRecipient, notify, expandedFrom, attempt });
  }
  return claimed;
}

function claimedMail(row: ClaimRow): ClaimedMail {
  return {
    id: row.mail_id,
    acceptedAt: row.accepted_at,
    reversePath: row.reverse_path,
    isOwnSender: row.is_own_sender,
    origin: row.origin,
    body: row.body,
    smtpUtf8: row.smtp_utf8,
    dsnReturn: row.dsn_return,
    dsnEnvelopeId: row.dsn_envelope_id,
    size: row.size,
    content: contentOf(row),
    recipients: [],
  };
}

export interface RecipientKey {
  mail: string;
  address: string;
}

const keyTable = `json_to_recordset($2::json) as k(mail uuid, address text)`;

/** Keeps recipients ours for another `leaseSeconds`; returns those that no longer are. */
export async function renewLease(
  db: Queryable,
  lease: string,
  keys: readonly RecipientKey[],
  leaseSeconds: number,
): Promise<RecipientKey[]> {
  // Rows that are being settled now are passed over: they are ours, and need no lease any more.
  const rows = await db.query<RecipientKey>({
    name: 'renew_lease',
    text: `with held as materialized (
        select r.mail_id, r.address from queue.recipient r join ${keyTable} on r.mail_id = k.mail and r.address = k.address
        where r.lease_owner = $1 order by r.mail_id, r.address for update of r skip locked
      ), renewed as (
        update queue.recipient r set lease_until = now() + make_interval(secs => $3),
          due_at = now() + make_interval(secs => $3)
        from held h where r.mail_id = h.mail_id and r.address = h.address
      ), connected as (
        update queue.connection set until = now() + make_interval(secs => $3) where lease = $1
      )
      select k.mail, k.address from ${keyTable}
      where not exists (select from queue.recipient r
        where r.mail_id = k.mail and r.address = k.address and r.lease_owner = $1)`,
    values: [lease, JSON.stringify(keys), leaseSeconds],
  });
  return rows;
}

/**
 * Gives claimed recipients back untried: they are due in `seconds` (0: as they were), and the attempt does not count.
 * `reason`: why nobody could be asked.
 */
export async function returnClaim(
  db: Queryable,
  lease: string,
  keys: readonly RecipientKey[],
  seconds: number,
  reason: string | null = null,
): Promise<void> {
  await db.query({
    name: 'return_claim',
    text: `with held as materialized (
        select r.mail_id, r.address from queue.recipient r join ${keyTable} on r.mail_id = k.mail and r.address = k.address
        where r.lease_owner = $1 order by r.mail_id, r.address for update of r
      )
      update queue.recipient r
      set lease_owner = null, lease_until = null, planned_at = null,
        due_at = case when $3 = 0 then coalesce(r.planned_at, now()) else now() + make_interval(secs => $3) end,
        attempt = greatest(r.attempt - 1, 0), last_reply = coalesce($4, r.last_reply)
      from held h where r.mail_id = h.mail_id and r.address = h.address`,
    values: [lease, JSON.stringify(keys), seconds, reason === null ? null : storedText(reason)],
  });
}

export interface Deferral {
  address: string;
  dueAt: Date;
  /** What the next attempt is counted from. */
  attemptedAt: Date;
  reply: string;
  /** False for local recipients, whose attempts no claim has counted. */
  isCounted: boolean;
}

/** Recipients of a locked mail wait until their next attempt, without a lease. */
export async function deferRecipients(
  tx: Queryable,
  mail: string,
  deferrals: readonly Deferral[],
): Promise<void> {
  if (deferrals.length === 0) return;
  await tx.query({
    name: 'defer_recipients',
    text: `update queue.recipient r
      set due_at = case when m.state = 'held' then null else d."dueAt" end, last_reply = d.reply, lease_owner = null, lease_until = null,
        attempt = r.attempt + case when d."isCounted" then 0 else 1 end, last_attempt_at = d."attemptedAt", planned_at = null
      from json_to_recordset($2::json) as d(address text, "dueAt" timestamptz, "attemptedAt" timestamptz, reply text,
          "isCounted" boolean),
        queue.mail m
      where m.id = $1 and r.mail_id = $1 and r.address = d.address`,
    values: [mail, JSON.stringify(deferrals.map((d) => ({ ...d, reply: storedText(d.reply) })))],
  });
}
