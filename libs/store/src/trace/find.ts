// Looking up what became of mail: by address, Message-ID, words of the subject, client, outcome and time, newest first.
//
// The tables are indexed by block ranges of time only (a delivery costs nothing more), so a search walks back in
// windows of time, as large as what is left of the search's own time allows, and stops when it has enough or that is up.
// How far it came is answered, and whoever wants to know more asks for what was before.
//
// Scope is by recipient, and by the account that submitted a mail: a sender's address is anybody's claim.
import type { Queryable } from '../db.ts';
import { hasPart } from '../part-of-text.ts';
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
  /** Null: the mail had none, or it is older than this column. */
  messageId: string | null;
  subject: string | null;
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
  /** Whole, with or without its brackets. Refusals have none, and no subject. */
  messageId?: string | undefined;
  /** Part of it. */
  subject?: string | undefined;
  /** Refusals have none. */
  outcome?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
  limit: number;
}

const DELIVERY_COLUMNS = `mail_id as mail, recipient, reverse_path as "reversePath", origin,
  host(client_address) as "clientAddress", size, accepted_at as "acceptedAt", ended_at as "endedAt", outcome, detail,
  attempts, message_id as "messageId", subject`;
/** The parts of the statements that depend on what is looked for: $2 address, $3 sender, $4 recipient, $5 client address … */
function conditionsOf({ address, sender, recipient }: TraceFilter) {
  return {
    hasAddress: (column: string): string => hasPart(column, '$2', address),
    isFrom: `($3::text is null or ${hasPart('reverse_path', '$3', sender)})`,
    isTo: (column: string): string => hasPart(column, '$4', recipient),
    isClient: '($5::text is null or host(client_address) = $5)',
  };
}

function deliveriesText(filter: TraceFilter): string {
  const { hasAddress, isFrom, isTo, isClient } = conditionsOf(filter);
  return `select ${DELIVERY_COLUMNS} from trace.delivery
    where ended_at > $6 and ended_at <= $7
      and (${isOwn('account_id')} or ${isAddressInScope('recipient')})
      and ($2::text is null or ${hasAddress('reverse_path')} or ${hasAddress('recipient')})
      and ${isFrom} and ($4::text is null or ${isTo('recipient')}) and ${isClient} and ($8::text is null or outcome = $8)
      and ($10::text[] is null or message_id = any($10))
      and ($11::text is null or ${hasPart('subject', '$11', filter.subject)})
    order by ended_at desc limit $9`;
}

/** Addresses of a row that the asker may see. */
const GIVEN = `unnest(case when recipients = '{}' then array[recipient] else recipients end)
  with ordinality as given (address, place)`;
const IN_SIGHT = `address is not null and ($1::bigint[] is null or ${isAddressInScope('address')})`;

// Of the recipients of a row those that are in scope, first the ones that are asked for. Only rows that are answered are
// taken apart: it costs several times what looking at a row does.
function refusalsText(filter: TraceFilter): string {
  const { hasAddress, isFrom, isTo, isClient } = conditionsOf(filter);
  const someOne = (has: (column: string) => string): string =>
    `(${has(`array_to_string(recipients || recipient, E'\\n')`)}
      and exists (select from ${GIVEN} where ${IN_SIGHT} and ${has('address')}))`;
  return `select at, host(client_address) as "clientAddress", reverse_path as "reversePath",
      seen.recipients[1] as recipient, coalesce(seen.recipients[2:], '{}') as "otherRecipients", reply, count
    from (select at, client_address, reverse_path, recipient, recipients, reply, count from trace.refusal
      where at > $6 and at <= $7
        and ($1::bigint[] is null or exists (select from ${GIVEN} where ${IN_SIGHT}))
        and ($2::text is null or ${hasAddress('reverse_path')} or ${someOne(hasAddress)})
        and ${isFrom} and ($4::text is null or ${someOne(isTo)}) and ${isClient} and $8::text is null
        and $10::text[] is null and $11::text is null
      order by at desc limit $9) found, lateral (
      select array_agg(address order by coalesce(${isTo('address')}, ${hasAddress('address')}, false) desc, place) as recipients
      from ${GIVEN} where ${IN_SIGHT}) seen
    order by at desc`;
}

const HOUR_MS = 3_600_000;
/** Nothing older is kept (trace.keepDays goes up to ten years). */
const OLDEST_MS = 3660 * 24 * HOUR_MS;
const FIRST_WINDOW_MS = HOUR_MS / 4;
const MOST_GROWTH = 16;
/** What a window costs however little is in it: more windows cost more of it. */
const STATEMENT_MS = 2;
const LEAST_WORK_MS = 0.25;

export interface Search {
  /** No window is begun that would not end in time, as far as the last one tells. */
  milliseconds: number;
  /** A table of this size is looked at whole and at once. */
  smallBytes: number;
}
/** 2 MiB are some 13,000 rows: not more than fits into the time. */
const SEARCH: Search = { milliseconds: 15, smallBytes: 2 * 1024 * 1024 };

export interface FoundTrace<Row> {
  rows: Row[];
  /** The time was up: what is older has not been looked at. Null: all of it was, or enough was found. */
  searchedSince: Date | null;
}

/** Ended recipients that match, newest first. */
export function findDeliveries(
  db: Queryable,
  scope: MailScope,
  filter: TraceFilter,
  search?: Search,
): Promise<FoundTrace<TracedDelivery>> {
  return walkBack<TracedDelivery>(db, 'trace.delivery', deliveriesText(filter), scope, filter, search);
}

/** Refused attempts that match, newest first. */
export function findRefusals(
  db: Queryable,
  scope: MailScope,
  filter: TraceFilter,
  search?: Search,
): Promise<FoundTrace<TracedRefusal>> {
  return walkBack<TracedRefusal>(db, 'trace.refusal', refusalsText(filter), scope, filter, search);
}

async function walkBack<Row>(
  db: Queryable,
  table: string,
  /** Without a name: planned for what is asked for. */
  text: string,
  scope: MailScope,
  filter: TraceFilter,
  { milliseconds, smallBytes }: Search = SEARCH,
): Promise<FoundTrace<Row>> {
  const now = Date.now();
  const oldest = filter.since?.getTime() ?? now - OLDEST_MS;
  const rows: Row[] = [];
  // Clocks of two machines may differ: the newest rows count too.
  let until = filter.until?.getTime() ?? now + HOUR_MS;
  let since = Math.min(until, now);
  let window = (await isSmall(db, table, smallBytes)) ? OLDEST_MS : FIRST_WINDOW_MS;
  // What everything matches is found soon, however much of it there is.
  let left = isSearch(scope, filter) ? milliseconds : Number.POSITIVE_INFINITY;
  while (until > oldest && rows.length < filter.limit) {
    since = Math.max(oldest, since - window);
    const values = [
      scopeIds(scope),
      filter.address ?? null,
      filter.sender ?? null,
      filter.recipient ?? null,
      filter.clientAddress ?? null,
      new Date(since),
      new Date(until),
      filter.outcome ?? null,
      filter.limit - rows.length,
      filter.messageId === undefined ? null : messageIds(filter.messageId),
      filter.subject ?? null,
    ];
    const began = performance.now();
    rows.push(...(await db.query<Row>({ text, values })));
    const tookMs = performance.now() - began;
    until = since;
    left -= tookMs;
    const workMs = Math.max(LEAST_WORK_MS, tookMs - STATEMENT_MS);
    const growth = Math.min(MOST_GROWTH, (left - STATEMENT_MS) / workMs);
    if (growth < 1 / MOST_GROWTH) break;
    window *= growth;
  }
  const isOver = until <= oldest || rows.length >= filter.limit;
  return { rows, searchedSince: isOver ? null : new Date(until) };
}

/** As it stands in the mail, whether or not whoever asks has copied the brackets. */
function messageIds(written: string): string[] {
  const bare = written.replace(/^<(.*)>$/s, '$1');
  return [bare, `<${bare}>`];
}

function isSearch(
  scope: MailScope,
  { address, sender, recipient, clientAddress, messageId, subject, outcome }: TraceFilter,
): boolean {
  const conditions = [address, sender, recipient, clientAddress, messageId, subject, outcome];
  return scope !== 'all' || conditions.some((one) => one !== undefined);
}

async function isSmall(db: Queryable, table: string, bytes: number): Promise<boolean> {
  const [row] = await db.query<{ size: number }>({
    name: 'size_of_trace',
    text: 'select pg_relation_size($1::regclass) as size',
    values: [table],
  });
  return row !== undefined && row.size <= bytes;
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
