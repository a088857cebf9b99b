// Who was refused because of a black list of the DNS: kept for a week, so that it can be undone where the list was wrong.
import type { Queryable } from '../db.ts';

/** Days that a refusal is kept. */
export const KEPT_REFUSAL_DAYS = 7;
/** Rows that are kept; beyond it the oldest go. */
const MAX_ROWS = 200_000;

export interface DnsblRefusal {
  zone: string;
  clientAddress: string;
  firstAt: Date;
  lastAt: Date;
  count: number;
  /** Of the last one; '' is the null path. */
  reversePath: string;
  recipient: string;
}

/** Adds them in one statement; each zone and client stands in it once. */
export async function recordDnsblRefusals(db: Queryable, refusals: readonly DnsblRefusal[]): Promise<void> {
  if (refusals.length === 0) return;
  const values = <K extends keyof DnsblRefusal>(key: K) => refusals.map((one) => one[key]);
  await db.query({
    name: 'dnsbl_refusals_add',
    // Ordered, so that two processes never wait for each other in a circle.
    text: `insert into lists.dnsbl_refusal as r (zone, client, first_at, last_at, count, reverse_path, recipient)
      select * from unnest($1::text[], $2::inet[], $3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::text[], $7::text[])
        as n(zone, client, first_at, last_at, count, reverse_path, recipient)
      order by zone, client
      on conflict (zone, client) do update set count = r.count + excluded.count,
        first_at = least(r.first_at, excluded.first_at), last_at = greatest(r.last_at, excluded.last_at),
        reverse_path = excluded.reverse_path, recipient = excluded.recipient`,
    values: [
      ...[values('zone'), values('clientAddress'), values('firstAt'), values('lastAt'), values('count')],
      ...[values('reversePath'), values('recipient')],
    ],
  });
}

export interface RefusedClient {
  address: string;
  firstAt: Date;
  lastAt: Date;
  count: number;
  reversePath: string;
  recipient: string;
  /** It stands in the white list now. */
  isWhite: boolean;
}

export interface RefusalRange {
  zone: string;
  since: Date | null;
  until: Date | null;
}

const IN_RANGE = `r.zone = $1 and ($2::timestamptz is null or r.last_at >= $2)
  and ($3::timestamptz is null or r.first_at <= $3)`;
const IS_WHITE = `exists (select from lists.entry e where e.list = 'white' and e.value = host(r.client)
  and (e.expires_at is null or e.expires_at > now()))`;

/** The latest first, `after` so many. */
export function listDnsblRefusals(
  db: Queryable,
  { zone, since, until }: RefusalRange,
  page: { after: number; limit: number; onlyShut?: boolean },
): Promise<RefusedClient[]> {
  return db.query<RefusedClient>({
    name: 'dnsbl_refusals',
    text: `select * from (
        select host(client) as address, first_at as "firstAt", last_at as "lastAt", count, reverse_path as "reversePath",
          recipient, ${IS_WHITE} as "isWhite" from lists.dnsbl_refusal r where ${IN_RANGE}) seen
      where not ($4 and "isWhite") order by "lastAt" desc, address offset $5 limit $6`,
    values: [zone, since, until, page.onlyShut ?? false, page.after, page.limit],
  });
}

/** Clients that were refused, and those of them that would be today; counted up to a thousand. */
export async function countDnsblRefusals(
  db: Queryable,
  { zone, since, until }: RefusalRange,
): Promise<{ refused: number; shut: number }> {
  const [row] = await db.query<{ refused: number; shut: number }>({
    name: 'dnsbl_refusals_count',
    text: `select count(*)::int as refused, count(*) filter (where not is_white)::int as shut from (
      select ${IS_WHITE} as is_white from lists.dnsbl_refusal r where ${IN_RANGE} limit 1000) counted`,
    values: [zone, since, until],
  });
  return row ?? { refused: 0, shut: 0 };
}

/** Zones that somebody was refused because of, whether they are still asked or not. */
export async function refusingZones(db: Queryable): Promise<string[]> {
  // A step from zone to zone over the key, not a walk over all rows.
  const rows = await db.query<{ zone: string | null }>({
    name: 'dnsbl_refusing_zones',
    text: `with recursive named as (
        (select min(zone) as zone from lists.dnsbl_refusal)
        union all
        select (select min(r.zone) from lists.dnsbl_refusal r where r.zone > n.zone) from named n where n.zone is not null
      ) select zone from named where zone is not null limit 64`,
  });
  return rows.flatMap(({ zone }) => zone ?? []);
}

/** Removes what is old, and what is too much. */
export async function forgetDnsblRefusals(db: Queryable, most = MAX_ROWS): Promise<void> {
  await db.query({
    name: 'dnsbl_refusals_forget',
    text: `delete from lists.dnsbl_refusal where last_at < greatest(now() - make_interval(days => $1),
      (select last_at from lists.dnsbl_refusal order by last_at desc offset $2 limit 1))`,
    values: [KEPT_REFUSAL_DAYS, most],
  });
}
