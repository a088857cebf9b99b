// Mail by the hour: counted from the trace and the queue in the background, read by whoever looks. Counting an hour
// again gives the same numbers, so it does not matter how often, by whom, or after which crash it is done.
//
// What belongs to a domain is what its administrators may see (queue/scope.ts): mail to one of its addresses, and what
// its accounts submitted. A mail that concerns two domains counts in both, and once for the whole server.
import type { Queryable } from '../db.ts';
import { type Scope, scopeIds } from '../directory/scope.ts';

export interface TrafficCounts {
  /** Mails that came in or were submitted. */
  accepted: number;
  /** Attempts that were answered 5yz, and 4yz. */
  refused: number;
  putOff: number;
  /** Recipients: into mailboxes here, to other servers, given back to their senders. */
  delivered: number;
  relayed: number;
  returned: number;
  /** Attempts to deliver that will be repeated. */
  deferred: number;
}

export interface TrafficHour extends TrafficCounts {
  hour: Date;
  /** Mails in the queue when the hour was counted last; null: nobody counted them. */
  waiting: number | null;
  oldestAt: Date | null;
  countedAt: Date | null;
}

/** The whole server, among domains. */
const SERVER = 0;

const domainOf = (address: string): string => `lower(split_part(${address}, '@', -1))`;

/** An account that is none has the id 0. */
const PLACES = `seen as (
    select place.*, ${SERVER}::bigint as domain_id from place
    union select place.*, d.id from place join directory.domain d on d.name = place.name
    union select place.*, a.domain_id from place join directory.account a on a.id = place.account_id)`;

// $1 the hour, $2 whether it is now: what waits is counted apart (WAITING).
// The id of a mail that another one caused says so (version 8): a split mail came in once.
const COUNT = `with
  here as materialized (
    select m.id as mail_id, coalesce(m.account_id, 0) as account_id, m.accepted_at, m.origin, ${domainOf('given.address')} as name
    from queue.mail m join queue.recipient r on r.mail_id = m.id,
      lateral (values (r.address), (r.expanded_from)) given (address)
    where given.address is not null and m.accepted_at >= $1),
  ended as materialized (
    select coalesce(account_id, 0) as account_id, ${domainOf('recipient')} as name, outcome, count(*) as number
    from trace.delivery where ended_at >= $1 and ended_at < $1 + interval '1 hour' group by 1, 2, 3),
  taken as materialized (
    select distinct mail_id, account_id, name from (
      select mail_id, coalesce(account_id, 0) as account_id, ${domainOf('recipient')} as name, accepted_at, origin
      from trace.delivery where ended_at >= $1 and ended_at < $1 + interval '6 hours'
      union all select mail_id, account_id, name, accepted_at, origin from here) every_one
    where accepted_at >= $1 and accepted_at < $1 + interval '1 hour' and origin <> 'system'
      and substr(mail_id::text, 15, 1) <> '8'),
  refused as materialized (
    select r.reply, r.count, r.reply like '4%' as is_put_off,
      array(select ${domainOf('one')} from unnest(r.recipients || r.recipient) given (one) where one is not null) as names
    from trace.refusal r where at >= $1 and at < $1 + interval '1 hour'),
  refused_at as (
    select s.domain_id, r.reply, sum(r.count) as number, r.is_put_off
    from refused r, lateral (
      select ${SERVER}::bigint as domain_id union select id from directory.domain where name = any(r.names)) s
    group by s.domain_id, r.reply, r.is_put_off),
  place as (
    select account_id, name from ended union select account_id, name from taken),
  ${PLACES},
  every_count as (
    select domain_id, 'accepted' as kind, count(distinct mail_id) as number from taken join seen using (account_id, name) group by 1
    union all select domain_id, outcome, sum(number) from ended join seen using (account_id, name) group by 1, 2
    union all select domain_id, case when is_put_off then 'putOff' else 'refused' end, sum(number) from refused_at group by 1, 2
    union all select ${SERVER}, 'none', 0)
  insert into trace.traffic as t
    (domain_id, hour, accepted, refused, put_off, delivered, relayed, returned, waiting, reasons, counted_at)
  select domain_id, $1,
    coalesce(sum(number) filter (where kind = 'accepted'), 0), coalesce(sum(number) filter (where kind = 'refused'), 0),
    coalesce(sum(number) filter (where kind = 'putOff'), 0), coalesce(sum(number) filter (where kind = 'delivered'), 0),
    coalesce(sum(number) filter (where kind = 'relayed'), 0), coalesce(sum(number) filter (where kind = 'bounced'), 0),
    case when $2 then 0 end,
    coalesce((select jsonb_agg(jsonb_build_object('reply', reply, 'count', number) order by number desc, reply) from (
      select reply, number from refused_at r where r.domain_id = every_count.domain_id
      order by number desc, reply limit 5) most), '[]'),
    now()
  from every_count group by domain_id order by domain_id
  on conflict (domain_id, hour) do update set accepted = excluded.accepted, refused = excluded.refused,
    put_off = excluded.put_off, delivered = excluded.delivered, relayed = excluded.relayed, returned = excluded.returned,
    waiting = coalesce(excluded.waiting, t.waiting), oldest_at = case when $2 then null else t.oldest_at end,
    reasons = excluded.reasons, counted_at = now()`;

/** What a domain had before and has no more: its queue is empty. */
const NOTHING_WAITS = `update trace.traffic set waiting = 0, oldest_at = null, counted_at = now()
  where hour = $1 and waiting > 0 and counted_at < now()`;

/**
 * What waits now, $1 the hour: one look at each recipient, of which only those of a domain of ours go on; and the mails of
 * our accounts. Of the whole server the mails are counted as they are.
 */
const WAITING = `with
  named as materialized (
    select r.mail_id, d.id as domain_id from queue.recipient r join directory.domain d on d.name = ${domainOf('r.address')}
    union all select r.mail_id, d.id from queue.recipient r join directory.domain d on d.name = ${domainOf('r.expanded_from')}
      where r.expanded_from is not null),
  ours as (
    select m.id, m.accepted_at, n.domain_id from named n join queue.mail m on m.id = n.mail_id
    union select m.id, m.accepted_at, a.domain_id from queue.mail m join directory.account a on a.id = m.account_id)
  insert into trace.traffic as t (domain_id, hour, waiting, oldest_at, counted_at)
  select domain_id, $1, waiting, oldest_at, now() from (
    select domain_id, count(*) as waiting, min(accepted_at) as oldest_at from ours group by domain_id
    union all select ${SERVER}, count(*), min(accepted_at) from queue.mail) every_domain
  order by domain_id
  on conflict (domain_id, hour) do update set waiting = excluded.waiting, oldest_at = excluded.oldest_at, counted_at = now()`;

const HOUR_MS = 3_600_000;

export function hourOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);
}

/** Counts an hour, of the past or the one that is now; within a transaction. */
export async function countTraffic(tx: Queryable, hour: Date, now: Date): Promise<void> {
  const isNow = hourOf(now).getTime() === hour.getTime();
  await tx.query({ name: 'count_traffic', text: COUNT, values: [hour, isNow] });
  if (!isNow) return;
  await tx.query({ name: 'traffic_waits_not', text: NOTHING_WAITS, values: [hour] });
  // Without a name: planned for the queue as it is.
  await tx.query({ text: WAITING, values: [hour] });
}

/** One process counts at a time: true when this transaction may. */
export async function mayCountTraffic(tx: Queryable): Promise<boolean> {
  const [row] = await tx.query<{ may: boolean }>({
    text: `select pg_try_advisory_xact_lock(hashtext('trace.traffic')) as may`,
  });
  return row?.may === true;
}

/** The last hour that was counted since `since`; null: none was. */
export async function lastCountedHour(db: Queryable, since: Date): Promise<Date | null> {
  const [row] = await db.query<{ hour: Date | null }>({
    name: 'last_counted_hour',
    text: `select max(hour) as hour from trace.traffic where domain_id = ${SERVER} and hour >= $1 and counted_at is not null`,
    values: [since],
  });
  return row?.hour ?? null;
}

/** Attempts that were put off, gathered. */
export interface DeferredAttempts {
  hour: Date;
  accountId: number | null;
  /** Of the recipient. */
  domain: string;
  count: number;
}

const ADD_DEFERRED = `with given as (
    select hour, coalesce(account_id, 0) as account_id, name, count
    from json_to_recordset($1::json) as g(hour timestamptz, account_id bigint, name text, count bigint)),
  place as (select distinct account_id, name from given),
  ${PLACES}
  insert into trace.traffic as t (domain_id, hour, deferred)
  select domain_id, hour, sum(count) from given join seen using (account_id, name)
  group by domain_id, hour order by domain_id, hour
  on conflict (domain_id, hour) do update set deferred = t.deferred + excluded.deferred`;

export async function addDeferredAttempts(
  db: Queryable,
  gathered: readonly DeferredAttempts[],
): Promise<void> {
  if (gathered.length === 0) return;
  const rows = gathered.map(({ hour, accountId, domain, count }) => ({
    ...{ hour, account_id: accountId, name: domain, count },
  }));
  await db.query({ name: 'add_deferred_attempts', text: ADD_DEFERRED, values: [JSON.stringify(rows)] });
}

const KINDS = {
  ...{
    accepted: 'accepted',
    refused: 'refused',
    putOff: 'put_off',
    delivered: 'delivered',
    relayed: 'relayed',
  },
  ...{ returned: 'returned', deferred: 'deferred' },
} as const satisfies Record<keyof TrafficCounts, string>;
const SUMS = Object.entries(KINDS)
  .map(([name, column]) => `coalesce(sum(${column}), 0)::float8 as "${name}"`)
  .join(', ');

const IN_SCOPE = `domain_id = any(coalesce($1::bigint[], array[${SERVER}]))`;

/** Of the scope's domains, hour by hour, oldest first; an hour in which nothing was counted is left out. */
export function readTraffic(db: Queryable, scope: Scope, since: Date): Promise<TrafficHour[]> {
  return db.query<TrafficHour>({
    name: 'read_traffic',
    text: `select hour, ${SUMS}, sum(waiting)::float8 as waiting, min(oldest_at) as "oldestAt",
        max(counted_at) as "countedAt"
      from trace.traffic where ${IN_SCOPE} and hour >= $2 group by hour order by hour`,
    values: [scopeIds(scope), since],
  });
}

/** Of the scope's domains between two moments; null: nothing was counted then. */
export async function sumTraffic(
  db: Queryable,
  scope: Scope,
  since: Date,
  until: Date,
): Promise<TrafficCounts | null> {
  const [row] = await db.query<TrafficCounts & { hours: number }>({
    name: 'sum_traffic',
    text: `select count(*)::int as hours, ${SUMS} from trace.traffic where ${IN_SCOPE} and hour >= $2 and hour < $3`,
    values: [scopeIds(scope), since, until],
  });
  if (row === undefined || row.hours === 0) return null;
  const { hours: _, ...counts } = row;
  return counts;
}

export interface RefusalReason {
  reply: string;
  count: number;
}

/** Why most was refused, as the clients were told; of each hour the five most frequent replies are known. */
export function refusalReasons(
  db: Queryable,
  scope: Scope,
  since: Date,
  limit: number,
): Promise<RefusalReason[]> {
  return db.query<RefusalReason>({
    name: 'refusal_reasons',
    text: `select reason->>'reply' as reply, sum((reason->>'count')::float8) as count
      from trace.traffic, jsonb_array_elements(reasons) reason
      where ${IN_SCOPE} and hour >= $2 group by 1 order by 2 desc, 1 limit $3`,
    values: [scopeIds(scope), since, limit],
  });
}

/** Removes at most `limit` hours from before; returns how many went. */
export async function forgetTraffic(db: Queryable, before: Date, limit = 5000): Promise<number> {
  const rows = await db.query({
    name: 'forget_traffic',
    text: `delete from trace.traffic where ctid = any(array(
      select ctid from trace.traffic where hour < $1 limit $2)) returning 1`,
    values: [before, limit],
  });
  return rows.length;
}
