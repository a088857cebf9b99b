// The memory of the greylist (RFC 6647 §4): triplets of client network, sender and recipient, and the networks
// that are known as a whole. One statement a check; the clock is the database's, so that replicas agree.
import type { Queryable } from '../db.ts';

export interface Triplet {
  /** The client's network in CIDR notation, a /24 or a /64. */
  network: string;
  /** Address key; '' is the null reverse path. */
  sender: string;
  /** Address key. */
  recipient: string;
}

export interface GreylistRules {
  /** A retry before this is too early. */
  minRetrySeconds: number;
  /** A later one is a first attempt again. */
  maxRetryHours: number;
  /** How long what passed is not asked again; each passing renews it, at most once an hour. */
  whitelistDays: number;
  /** A network that passed with so many different senders is known as a whole. */
  knownSenders: number;
}

export type GreylistAnswer =
  /** `isReturn`: it had been put off before. */
  | { passed: true; isReturn: boolean }
  /** How long until a retry is let through. `isNew`: a row was made for it; `isFirst`: the wait begins with it. */
  | { passed: false; waitSeconds: number; isNew: boolean; isFirst: boolean };

/** Senders that have passed are looked through up to here to find the different ones. */
const SENDERS_LOOKED_AT = 200;

// A known network is renewed at most once a minute: its row would be locked by every mail of a large provider. A triplet that
// has passed is renewed once an hour: most mail is of such, and writes nothing then, so that there is no commit to wait for.
// The senders are counted as of before this statement, so the one that passes now is left out and added. A triplet that
// may not be remembered has no row, unless it had one before.
const CHECK = `
with before as (
  select passed_at from lists.greylist where network = $1 and sender = $2 and recipient = $3
), renewed_lately as (
  select from before where passed_at > now() - interval '1 hour'
), known as (
  select network from lists.greylist_network where network = $1 and passed_at > now() - make_interval(days => $6)
), renewed as (
  update lists.greylist_network set passed_at = now()
  where network in (select network from known) and passed_at < now() - interval '1 minute'
), triplet as (
  insert into lists.greylist as g (network, sender, recipient)
  select $1::cidr, $2, $3 where not exists (select from known) and not exists (select from renewed_lately)
    and ($8 or exists (select from lists.greylist o where o.network = $1 and o.sender = $2 and o.recipient = $3))
  on conflict (network, sender, recipient) do update set
    first_at = case
      when g.passed_at > now() - make_interval(days => $6) then g.first_at
      when g.passed_at is null and g.first_at >= now() - make_interval(hours => $5) then g.first_at
      else now() end,
    passed_at = case
      when g.passed_at > now() - make_interval(days => $6) then now()
      when g.passed_at is null and g.first_at >= now() - make_interval(hours => $5)
        and g.first_at <= now() - make_interval(secs => $4) then now() end
  returning passed_at is not null as passed, first_at, xmax = 0 as is_new
), promoted as (
  insert into lists.greylist_network as n (network)
  select $1::cidr from triplet where passed and $7 <= 1 + (
    select count(distinct p.sender) from (
      select g.sender from lists.greylist g
      where g.network = $1 and g.sender <> $2 and g.passed_at is not null
        and g.passed_at > now() - make_interval(days => $6) limit ${SENDERS_LOOKED_AT}) p)
  on conflict (network) do update set passed_at = now()
)
select t.passed, greatest(1, ceil(extract(epoch from t.first_at - now()) + $4))::int as wait, t.is_new as "isNew", t.first_at = now() as "isFirst",
    t.passed and not exists (select from before where passed_at is not null) as "isReturn"
  from triplet t
union all
select exists (select from known) or exists (select from renewed_lately), $4, false, true, false where not exists (select from triplet)`;

/** Asks for a triplet and remembers that it came, unless there is no room for one more that is new (`mayRemember`). */
export async function checkTriplet(
  db: Queryable,
  triplet: Triplet,
  rules: GreylistRules,
  mayRemember = true,
): Promise<GreylistAnswer> {
  const [row] = await db.query<{
    passed: boolean;
    wait: number;
    isNew: boolean;
    isFirst: boolean;
    isReturn: boolean;
  }>({
    name: 'greylist_check',
    text: CHECK,
    values: [
      triplet.network,
      triplet.sender,
      triplet.recipient,
      rules.minRetrySeconds,
      rules.maxRetryHours,
      rules.whitelistDays,
      rules.knownSenders,
      mayRemember,
    ],
  });
  if (row === undefined) throw new Error('the greylist gave no answer');
  return row.passed
    ? { passed: true, isReturn: row.isReturn }
    : { passed: false, waitSeconds: row.wait, isNew: row.isNew, isFirst: row.isFirst };
}

const LOOK_UP = `
select
  exists (select from lists.greylist_network
    where network = $1 and passed_at > now() - make_interval(days => $6))
  or coalesce(g.passed_at > now() - make_interval(days => $6), false)
  or coalesce(g.passed_at is null and g.first_at >= now() - make_interval(hours => $5)
    and g.first_at <= now() - make_interval(secs => $4), false) as passes,
  case when g.passed_at is null and g.first_at >= now() - make_interval(hours => $5)
    then greatest(1, ceil(extract(epoch from g.first_at - now()) + $4))::int else $4 end as "waitSeconds"
from (select) one
left join lists.greylist g on g.network = $1 and g.sender = $2 and g.recipient = $3`;

/** What `checkTriplet` would say now; nothing is remembered. */
export async function lookUpTriplet(
  db: Queryable,
  { network, sender, recipient }: Triplet,
  { minRetrySeconds, maxRetryHours, whitelistDays }: Omit<GreylistRules, 'knownSenders'>,
): Promise<{ passes: boolean; waitSeconds: number }> {
  const [row] = await db.query<{ passes: boolean; waitSeconds: number }>({
    name: 'greylist_look_up',
    text: LOOK_UP,
    values: [network, sender, recipient, minRetrySeconds, maxRetryHours, whitelistDays],
  });
  if (row === undefined) throw new Error('the greylist gave no answer');
  return row;
}

const FORGET_TRIPLETS = `
delete from lists.greylist where ctid = any(array(
  select ctid from lists.greylist
  where coalesce(passed_at, first_at) < now() - least(make_interval(hours => $1), make_interval(days => $2))
    and case when passed_at is null then first_at < now() - make_interval(hours => $1)
             else passed_at < now() - make_interval(days => $2) end
  limit $3 for update skip locked))
returning passed_at is null and network <> '0.0.0.0/0' as "isUnreturned"`;

const FORGET_NETWORKS = `
delete from lists.greylist_network where ctid = any(array(
  select ctid from lists.greylist_network where passed_at < now() - make_interval(days => $1)
  limit $2 for update skip locked))
returning 1`;

/** A triplet that passed in another network's place is no longer waited for. */
export async function forgetTriplet(db: Queryable, { network, sender, recipient }: Triplet): Promise<void> {
  await db.query({
    name: 'greylist_forget_one',
    text: `delete from lists.greylist where network = $1 and sender = $2 and recipient = $3 and passed_at is null`,
    values: [network, sender, recipient],
  });
}

/** Removes the oldest beyond so many: who makes up senders and comes again with each of them fills no disk. */
export async function forgetSurplus(db: Queryable, most: number): Promise<number> {
  const gone = await db.query({
    name: 'greylist_forget_surplus',
    text: `delete from lists.greylist where ctid = any(array(
      select ctid from lists.greylist order by coalesce(passed_at, first_at) desc offset $1)) returning 1`,
    values: [most],
  });
  return gone.length;
}

/**
 * Removes what counts no more, at most `limit` rows of each kind; returns how many, and how many of them had been put off and
 * never came again. Any number of replicas may do it.
 */
export async function forgetExpired(
  db: Queryable,
  rules: Pick<GreylistRules, 'maxRetryHours' | 'whitelistDays'>,
  limit = 5000,
): Promise<{ gone: number; unreturned: number }> {
  const { maxRetryHours, whitelistDays } = rules;
  const triplets = await db.query<{ isUnreturned: boolean }>({
    name: 'greylist_forget',
    text: FORGET_TRIPLETS,
    values: [maxRetryHours, whitelistDays, limit],
  });
  const networks = await db.query({
    name: 'greylist_forget_networks',
    text: FORGET_NETWORKS,
    values: [whitelistDays, limit],
  });
  const unreturned = triplets.filter(({ isUnreturned }) => isUnreturned).length;
  return { gone: triplets.length + networks.length, unreturned };
}
