// Where recipients go: routes, and the recipients that aliases and groups lead to, written in one transaction
// before any of them is delivered. Duplicates merge by the primary key.
import type { Queryable } from '../db.ts';

export interface RoutedRecipient {
  /** Address key. */
  address: string;
  route: 'local' | 'remote';
  accountId: number | null;
  destination: string | null;
  /** RFC 3461: what a new row takes over; a row that is there keeps its own. */
  originalRecipient: string | null;
  notify: string | null;
  /** The recipient whose alias or group led here; null when it is a recipient of the mail itself. */
  expandedFrom: string | null;
  /** The sender need not be told of a delay: there is none, or it does not want to know. */
  isDelayNotified: boolean;
}

const ROUTE = `
insert into queue.recipient as r (mail_id, address, original_recipient, notify, account_id, route, destination,
  expanded_from, due_at, delay_notified)
select $1, i.address, i."originalRecipient", i.notify, i."accountId", i.route, i.destination, i."expandedFrom",
  case when i.route = 'remote' and $3 then now() end, i."isDelayNotified"
from json_to_recordset($2::json) as i(address text, "originalRecipient" text, notify text, "accountId" bigint, route text,
  destination text, "expandedFrom" text, "isDelayNotified" boolean)
order by i.address
on conflict (mail_id, address) do update
  set route = excluded.route, account_id = excluded.account_id, destination = excluded.destination,
    due_at = excluded.due_at, delay_notified = excluded.delay_notified
  where r.route = 'unrouted'`;

/**
 * Routes recipients of a locked mail and adds those that are new. Remote ones are due at once if `isRemoteDue`;
 * otherwise they wait until a person lets the mail go.
 */
export async function routeRecipients(
  tx: Queryable,
  mail: string,
  recipients: readonly RoutedRecipient[],
  isRemoteDue: boolean,
): Promise<void> {
  if (recipients.length === 0) return;
  const values = [mail, JSON.stringify(recipients), isRemoteDue];
  await tx.query({ name: 'route_recipients', text: ROUTE, values });
}

export interface AddedRecipient {
  address: string;
  originalRecipient: string | null;
  notify: string | null;
  expandedFrom: string | null;
}

/** Adds recipients without a route: delivery looks at them next. Those that are there already stay. */
export async function addRecipients(
  tx: Queryable,
  mail: string,
  recipients: readonly AddedRecipient[],
): Promise<void> {
  await tx.query({
    name: 'add_recipients',
    text: `insert into queue.recipient (mail_id, address, original_recipient, notify, route, expanded_from)
      select $1, i.address, i."originalRecipient", i.notify, 'unrouted', i."expandedFrom"
      from json_to_recordset($2::json) as i(address text, "originalRecipient" text, notify text, "expandedFrom" text)
      order by i.address
      on conflict do nothing`,
    values: [mail, JSON.stringify(recipients)],
  });
}

/** Of these addresses those that are recipients of the mail, or were: what is sent on to them again goes in a ring. */
export async function passedRecipients(
  tx: Queryable,
  mail: string,
  addresses: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ address: string }>({
    name: 'passed_recipients',
    text: `select address from queue.recipient where mail_id = $1 and address = any($2::text[])
      union select recipient from trace.delivery where mail_id = $1 and recipient = any($2::text[])`,
    values: [mail, addresses],
  });
  return new Set(rows.map(({ address }) => address));
}

/** Accounts that are gone: their recipients are looked up anew. */
export async function unrouteRecipients(
  tx: Queryable,
  mail: string,
  addresses: readonly string[],
): Promise<void> {
  await tx.query({
    name: 'unroute_recipients',
    text: `update queue.recipient set route = 'unrouted', account_id = null, destination = null, due_at = null
      where mail_id = $1 and address = any($2)`,
    values: [mail, addresses],
  });
}

/** Moves a locked mail to a step; an event is owed from now on, except for 'schedule'. */
export async function moveMail(tx: Queryable, mail: string, step: string): Promise<void> {
  await tx.query({
    name: 'move_mail',
    text: `update queue.mail set step = $2, step_at = now(), state = 'active', due_at = null, attempts = 0, reason = null,
        held_by = null, held_filter = null
      where id = $1`,
    values: [mail, step],
  });
}

/** The domains that recipients wait for, and where they are sent now; a page of them, by domain. */
export function remoteDomains(
  db: Queryable,
  after: string | null,
  limit: number,
): Promise<{ domain: string; destinations: string[] }[]> {
  return db.query<{ domain: string; destinations: string[] }>({
    name: 'remote_domains',
    text: `select domain, array_agg(distinct destination) as destinations from (
        select lower(split_part(address, '@', -1)) as domain, destination from queue.recipient
        where route = 'remote' and lower(split_part(address, '@', -1)) > coalesce($1, '')) r
      group by domain order by domain limit $2`,
    values: [after, limit],
  });
}

/** How many recipients wait for each domain, and where they are sent now; at most `limit` of such ways. */
export function remoteWays(
  db: Queryable,
  limit: number,
): Promise<{ domain: string; destination: string; recipients: number }[]> {
  return db.query<{ domain: string; destination: string; recipients: number }>({
    name: 'remote_ways',
    text: `select lower(split_part(address, '@', -1)) as domain, coalesce(destination, '') as destination,
        count(*)::int as recipients
      from queue.recipient where route = 'remote' group by 1, 2 limit $1`,
    values: [limit],
  });
}

/**
 * Gives the waiting remote recipients of a domain their destination. Returns how many were changed, at most `limit`: call
 * again until there are none.
 */
export async function redestine(
  db: Queryable,
  domain: string,
  destination: string,
  limit: number,
): Promise<number> {
  const rows = await db.query({
    name: 'redestine',
    text: `with wrong as materialized (
        select mail_id, address from queue.recipient
        where route = 'remote' and lower(split_part(address, '@', -1)) = $1 and destination <> $2
        order by mail_id, address limit $3 for update skip locked
      )
      update queue.recipient r set destination = $2
      from wrong w where r.mail_id = w.mail_id and r.address = w.address
      returning 1`,
    values: [domain, destination, limit],
  });
  return rows.length;
}
