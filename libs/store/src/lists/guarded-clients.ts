// Local client addresses that many strangers may stand behind (a NAT, a proxy that does not say whose connection it is):
// which foreign domains sent through each without a login, over all processes together, and what follows from it. The clock is
// the database's. Rows are bounded: of each address the latest domains, and so many addresses.
import type { Database, Queryable } from '../db.ts';

/** More foreign domains than this within the window are no single client. */
export const MOST_DOMAINS = 20;
const WINDOW_HOURS = 24;
/** Trust comes back after so many days in which no more than these few were seen. */
const QUIET_DAYS = 7;
const QUIET_DOMAINS = 5;
/** Kept of an address. */
const KEPT_DOMAINS = 50;
const MAX_ADDRESSES = 10_000;
/** A domain that was seen so recently is not written again. */
const RENEW_MINUTES = 10;

export interface ForeignSender {
  /** The client's. */
  address: string;
  /** A domain key. */
  domain: string;
}

export interface GuardedClient {
  address: string;
  firstAt: Date;
  lastAt: Date;
  suspendedAt: Date | null;
  confirmedAt: Date | null;
  confirmedBy: string | null;
  /** Different ones within the window, counted up to 50. */
  domains: number;
  /** The latest of them, some. */
  latest: string[];
}

const SEEN_SINCE = (address: string, since: string): string =>
  `(select count(*) from lists.guarded_client_domain d where d.address = ${address} and d.seen_at > now() - interval '${since}')`;

/** Whether trust in the address $n is suspended now; for statements about log-ins. */
export const isSuspendedSql = (address: string): string =>
  `exists (select from lists.guarded_client g
    where g.address = ${address} and g.suspended_at is not null and g.confirmed_at is null)`;

/** Adds what was seen; each pair stands in it once. Answers the addresses that are suspended from now on. */
export function noteForeignSenders(db: Database, seen: readonly ForeignSender[]): Promise<string[]> {
  if (seen.length === 0) return Promise.resolve([]);
  const addresses = [...new Set(seen.map(({ address }) => address))];
  return db.transaction(async (tx) => {
    // Ordered and locked, so that two processes count one after the other and never wait for each other in a circle.
    await tx.query({
      name: 'guard_addresses',
      text: `insert into lists.guarded_client (address)
        select a from unnest($1::inet[]) as n(a)
        where (select count(*) from lists.guarded_client) < $2 or exists (select from lists.guarded_client where address = a)
        order by a on conflict (address) do update set last_at = now()`,
      values: [addresses, MAX_ADDRESSES],
    });
    await tx.query({
      name: 'guard_domains',
      text: `insert into lists.guarded_client_domain as d (address, domain)
        select n.address, n.domain from unnest($1::inet[], $2::text[]) as n(address, domain)
        join lists.guarded_client g on g.address = n.address order by 1, 2
        on conflict (address, domain) do update set seen_at = now()
          where d.seen_at < now() - make_interval(mins => $3)`,
      values: [seen.map(({ address }) => address), seen.map(({ domain }) => domain), RENEW_MINUTES],
    });
    await tx.query({
      name: 'guard_bound',
      text: `delete from lists.guarded_client_domain o using unnest($1::inet[]) as n(address)
        where o.address = n.address and o.domain in (
          select d.domain from lists.guarded_client_domain d where d.address = n.address
          order by d.seen_at desc, d.domain offset $2)`,
      values: [addresses, KEPT_DOMAINS],
    });
    const suspended = await tx.query<{ address: string; isConfirmed: boolean }>({
      name: 'guard_suspend',
      text: `update lists.guarded_client g set suspended_at = now()
        where g.address = any($1::inet[]) and g.suspended_at is null
          and ${SEEN_SINCE('g.address', `${WINDOW_HOURS} hours`)} > $2
        returning host(g.address) as address, g.confirmed_at is not null as "isConfirmed"`,
      values: [addresses, MOST_DOMAINS],
    });
    return suspended.flatMap(({ address, isConfirmed }) => (isConfirmed ? [] : [address]));
  });
}

/** Ends the suspension of what has been quiet, and forgets what is old. Answers the addresses that are trusted again. */
export async function calmGuardedClients(db: Queryable): Promise<string[]> {
  const calm = await db.query<{ address: string }>({
    name: 'guard_calm',
    text: `update lists.guarded_client g set suspended_at = null
      where g.suspended_at < now() - make_interval(days => $1)
        and ${SEEN_SINCE('g.address', `${QUIET_DAYS} days`)} <= $2
      returning host(g.address) as address`,
    values: [QUIET_DAYS, QUIET_DOMAINS],
  });
  await db.query({
    name: 'guard_forget_domains',
    text: 'delete from lists.guarded_client_domain where seen_at < now() - make_interval(days => $1)',
    values: [QUIET_DAYS],
  });
  await db.query({
    name: 'guard_forget',
    text: `delete from lists.guarded_client where suspended_at is null and confirmed_at is null
      and last_at < now() - make_interval(days => $1)`,
    values: [QUIET_DAYS],
  });
  return calm.map(({ address }) => address);
}

/** Those that are not trusted now. */
export async function suspendedClients(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ address: string }>({
    name: 'guard_suspended',
    text: `select host(address) as address from lists.guarded_client
      where suspended_at is not null and confirmed_at is null order by address`,
  });
  return rows.map(({ address }) => address);
}

export interface GuardPage {
  /** Those too that are counted only. */
  all: boolean;
  limit: number;
  after: number;
}

/** Suspended ones first. */
export function listGuardedClients(db: Queryable, page: GuardPage): Promise<GuardedClient[]> {
  return db.query<GuardedClient>({
    name: 'guard_list',
    text: `select host(g.address) as address, first_at as "firstAt", last_at as "lastAt", suspended_at as "suspendedAt",
        confirmed_at as "confirmedAt", confirmed_by as "confirmedBy",
        ${SEEN_SINCE('g.address', `${WINDOW_HOURS} hours`)}::int as domains,
        array(select d.domain from lists.guarded_client_domain d where d.address = g.address
          order by d.seen_at desc, d.domain limit 5) as latest
      from lists.guarded_client g where $1 or g.suspended_at is not null or g.confirmed_at is not null
      order by (g.suspended_at is not null and g.confirmed_at is null) desc, g.address limit $2 offset $3`,
    values: [page.all, page.limit, page.after],
  });
}

/** From now on the address is one client, whatever was and will be seen. */
export async function confirmClient(db: Queryable, address: string, author: string): Promise<void> {
  await db.query({
    name: 'guard_confirm',
    text: `insert into lists.guarded_client (address, confirmed_at, confirmed_by) values ($1::inet, now(), $2)
      on conflict (address) do update set confirmed_at = now(), confirmed_by = excluded.confirmed_by`,
    values: [address, author],
  });
}

/** What was seen counts again. Null where nothing was confirmed. */
export async function revokeConfirmation(
  db: Queryable,
  address: string,
): Promise<{ isSuspended: boolean } | null> {
  const [row] = await db.query<{ isSuspended: boolean }>({
    name: 'guard_revoke',
    text: `update lists.guarded_client set confirmed_at = null, confirmed_by = null
      where address = $1::inet and confirmed_at is not null returning suspended_at is not null as "isSuspended"`,
    values: [address],
  });
  return row ?? null;
}
