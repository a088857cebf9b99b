// Looking up what became of mail: by address, client, outcome and time, newest first.
//
// The tables are indexed by block ranges of time only (a delivery costs nothing more), so a search walks back in
// windows that grow, and stops when it has enough or its time is up.
//
// Scope is by recipient, and by the account that submitted a mail: a sender's address is anybody's claim.
import type { Queryable } from '../db.ts';
import { isAddressInScope, isOwn, type MailScope, scopeIds } from '../queue/scope.ts';

export interface TracedDelivery {
  mail: string;
  recipient: string;
  reversePath: string;
  origin: string;
  clientAddress: string | null;
  size: number;
  acceptedAt: Date;
  endedAt: Date;
  outcome: string;
  detail: string;
  attempts: number;
}

export interface TracedRefusal {
  at: Date;
  clientAddress: string | null;
  reversePath: string | null;
  /** One that was asked for, otherwise the first. */
  recipient: string | null;
  /** More that are known, of those in scope. */
  otherRecipients: string[];
  reply: string;
  /** So often in the minute, from this client's network; the sender is that of the first. */
  count: number;
}

export interface TraceFilter {
  /** Part of the sender's or a recipient's address. */
  address?: string | undefined;
  sender?: string | undefined;
  recipient?: string | undefined;
  clientAddress?: string | undefined;
  /** Refusals have none. */
  outcome?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
  limit: number;
}

const DELIVERY_COLUMNS = `mail_id as mail, recipient, reverse_path as "reversePath", origin,
  host(client_address) as "clientAddress", size, accepted_at as "acceptedAt", ended_at as "endedAt", outcome, detail,
  attempts`;
// $2 address, $3 sender, $4 recipient, $5 client address
const FILTERS = `($2::text is null or strpos(lower(reverse_path), lower($2)) > 0 or strpos(lower(recipient), lower($2)) > 0)
  and ($3::text is null or strpos(lower(reverse_path), lower($3)) > 0)
  and ($4::text is null or strpos(lower(recipient), lower($4)) > 0)
  and ($5::text is null or host(client_address) = $5)`;

const FIND_DELIVERIES = `select ${DELIVERY_COLUMNS} from trace.delivery
  where ended_at > $6 and ended_at <= $7
    and (${isOwn('account_id')} or ${isAddressInScope('recipient')}) and ${FILTERS} and ($8::text is null or outcome = $8)
  order by ended_at desc limit $9`;
const HAS_ADDRESS = 'strpos(lower(address), lower($2)) > 0';
const HAS_RECIPIENT = 'strpos(lower(address), lower($4)) > 0';
// Of the recipients of a row those that are in scope, first the ones that are asked for.
const FIND_REFUSALS = `select at, host(client_address) as "clientAddress", reverse_path as "reversePath",
    seen.recipients[1] as recipient, coalesce(seen.recipients[2:], '{}') as "otherRecipients", reply, count
  from trace.refusal, lateral (
    select array_agg(address order by coalesce(${HAS_RECIPIENT}, ${HAS_ADDRESS}, false) desc, place) as recipients,
      bool_or(${HAS_ADDRESS}) as has_address, bool_or(${HAS_RECIPIENT}) as has_recipient
    from unnest(case when recipients = '{}' then array[recipient] else recipients end)
      with ordinality as given (address, place)
    where address is not null and ($1::bigint[] is null or ${isAddressInScope('address')})) seen
  where at > $6 and at <= $7
    and ($1::bigint[] is null or seen.recipients is not null)
    and ($2::text is null or strpos(lower(reverse_path), lower($2)) > 0 or seen.has_address)
    and ($3::text is null or strpos(lower(reverse_path), lower($3)) > 0)
    and ($4::text is null or seen.has_recipient)
    and ($5::text is null or host(client_address) = $5) and $8::text is null
  order by at desc limit $9`;

const HOUR_MS = 3_600_000;
/** Nothing older is kept (trace.keepDays goes up to ten years). */
const OLDEST_MS = 3660 * 24 * HOUR_MS;
const TIME_MS = 8000;

/** Ended recipients that match, newest first. */
export function findDeliveries(
  db: Queryable,
  scope: MailScope,
  filter: TraceFilter,
): Promise<TracedDelivery[]> {
  return walkBack<TracedDelivery>(db, FIND_DELIVERIES, scope, filter);
}

/** Refused attempts that match, newest first. */
export function findRefusals(db: Queryable, scope: MailScope, filter: TraceFilter): Promise<TracedRefusal[]> {
  return walkBack<TracedRefusal>(db, FIND_REFUSALS, scope, filter);
}

async function walkBack<Row>(
  db: Queryable,
  /** Without a name: planned for what is asked for. */
  text: string,
  scope: MailScope,
  filter: TraceFilter,
): Promise<Row[]> {
  const started = Date.now();
  const oldest = filter.since?.getTime() ?? started - OLDEST_MS;
  const found: Row[] = [];
  // Clocks of two machines may differ: the newest rows count too.
  let until = filter.until?.getTime() ?? started + HOUR_MS;
  for (let window = 2 * HOUR_MS; until > oldest && found.length < filter.limit; window *= 4) {
    const since = Math.max(oldest, until - window);
    const values = [
      scopeIds(scope),
      filter.address ?? null,
      filter.sender ?? null,
      filter.recipient ?? null,
      filter.clientAddress ?? null,
      new Date(since),
      new Date(until),
      filter.outcome ?? null,
      filter.limit - found.length,
    ];
    found.push(...(await db.query<Row>({ text, values })));
    until = since;
    if (Date.now() - started > TIME_MS) break;
  }
  return found;
}

/** Ended recipients of one mail that are in the scope's sight, in the order they ended, from the `offset`th on. */
export async function deliveriesOf(
  db: Queryable,
  scope: MailScope,
  mail: string,
  { offset, limit }: { offset: number; limit: number },
): Promise<{ deliveries: TracedDelivery[]; total: number }> {
  const seen = `from trace.delivery
    where mail_id = $2 and (${isOwn('account_id')} or ${isAddressInScope('recipient')})`;
  const deliveries = await db.query<TracedDelivery>({
    name: 'deliveries_of',
    text: `select ${DELIVERY_COLUMNS} ${seen} order by ended_at, recipient offset $3 limit $4`,
    values: [scopeIds(scope), mail, offset, limit],
  });
  const [row] = await db.query<{ total: number }>({
    name: 'count_deliveries_of',
    text: `select count(*)::int as total ${seen}`,
    values: [scopeIds(scope), mail],
  });
  return { deliveries, total: row?.total ?? 0 };
}
