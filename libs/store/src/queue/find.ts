// Which mails of the queue a filter finds, oldest first (ids grow with time).
//
// What an index leads to, and what is asked for without words, is found and counted in one statement. A part of an address
// and words of a reason are in no index, since every mail that is accepted would pay for it: such a search walks the queue
// in parts until its page is full or its time is up, says then how far it came, and the next page goes on from there.
import type { Queryable } from '../db.ts';
import { hasPart } from '../part-of-text.ts';
import type { HeldBy } from './hold.ts';
import { isMailInScope, isMailInScopeWithin, isRecipientInScope, type MailScope, scopeIds } from './scope.ts';

/** What people call the state: 'scheduled' is active with nothing but waiting recipients. */
export type ShownState = 'active' | 'parked' | 'held' | 'scheduled';

export interface QueueFilter {
  state?: ShownState | undefined;
  heldBy?: HeldBy | undefined;
  /** Held by this filter. */
  filter?: string | undefined;
  /** Part of the reverse path. */
  sender?: string | undefined;
  /** Part of a recipient's address. */
  recipient?: string | undefined;
  /** Of a recipient, or where the mail goes. */
  destination?: string | undefined;
  /** Words of why it waits. */
  reason?: string | undefined;
  acceptedBefore?: Date | undefined;
  /** The last id of the page before. */
  after?: string | undefined;
  limit: number;
}

type Narrowing = Omit<QueueFilter, 'after' | 'limit'>;

export interface FoundPage {
  ids: string[];
  /** Of all pages, up to MAX_COUNTED; a search that walks counts what it has passed. */
  total: number;
  isTotalExact: boolean;
  /** `after` of the next page. */
  next: string | null;
  /** The time was up: what was accepted until then has been looked at, and the next page looks further. */
  searchedUntil: Date | null;
}

export const MAX_COUNTED = 10_000;

/** How far one answer looks. */
export interface Walk {
  /** Mails in the first part; later ones are as large as fits into what is left of the time. */
  part: number;
  milliseconds: number;
}
const WALK: Walk = { part: 2000, milliseconds: 20 };
const MAX_PART = 100_000;

const STATES: Readonly<Record<ShownState, string>> = {
  held: "m.state = 'held'",
  parked: "m.state = 'parked'",
  scheduled: "m.state = 'active' and m.step = 'schedule'",
  active: "m.state = 'active' and m.step <> 'schedule'",
};

/** Mails that may have recipients with a mailbox here: scheduled ones have none. Each has an index of its own. */
const UNSCHEDULED = ['held', 'parked', 'active']
  .map((state) => `select m.id from queue.mail m where ${STATES[state as ShownState]}`)
  .join(' union all ');

/** The text of a statement as it grows, with its values; $1 is the scope (scope.ts). */
class Conditions {
  readonly values: unknown[];
  readonly #texts: string[] = [];

  constructor(scope: MailScope) {
    this.values = [scopeIds(scope)];
  }

  /** Its place in the statement. */
  given(value: unknown): string {
    return `$${this.values.push(value)}`;
  }

  add(text: string): void {
    this.#texts.push(text);
  }

  get text(): string {
    return this.#texts.join(' and ');
  }

  has(column: string, part: string): string {
    return hasPart(column, this.given(part), part);
  }
}

/** What is asked of the mail itself. */
function narrowMail(all: Conditions, { state, heldBy, filter, sender, acceptedBefore }: Narrowing): void {
  if (state !== undefined) all.add(`(${STATES[state]})`);
  if (heldBy !== undefined) {
    all.add(`m.state = 'held' and coalesce(m.held_by, 'person') = ${all.given(heldBy)}`);
  }
  if (filter !== undefined) all.add(`m.state = 'held' and m.held_filter = ${all.given(filter)}`);
  if (acceptedBefore !== undefined) all.add(`m.accepted_at < ${all.given(acceptedBefore)}`);
  if (sender !== undefined) all.add(all.has('m.reverse_path', sender));
}

/** `range` narrows `f.mail_id` to a part of the queue. */
function narrow(all: Conditions, scope: MailScope, filter: Narrowing, range?: string): Conditions {
  const isOfPart = range ?? 'true';
  if (scope === 'all') all.add('$1::bigint[] is null');
  else all.add(range === undefined ? isMailInScope : isMailInScopeWithin(range));
  narrowMail(all, filter);
  const { recipient, destination, reason } = filter;
  const addressee = recipient === undefined ? null : all.has('f.address', recipient);
  const goesTo = destination === undefined ? null : goesToOf(all.given(destination));
  const said = reason === undefined ? null : all.has('f.last_reply', reason);
  // As an array: what else is asked for is asked of these mails only.
  if (goesTo !== null && scope === 'all') all.add(`m.id = any(array(${goingTo(goesTo)}))`);
  if (scope !== 'all' || isOfFew(filter)) {
    // Each mail's own recipients are looked at: those in scope depend on the mail. OFFSET keeps it from being turned round.
    const some = (condition: string): string => `exists (select from queue.recipient f
      where f.mail_id = m.id and ${isOfPart} and (${condition}) and ${isRecipientInScope('f')} offset 0)`;
    if (goesTo !== null && scope !== 'all') all.add(some(`${goesTo.isDestination} or ${goesTo.isDomain}`));
    if (addressee !== null) all.add(some(addressee));
    if (said !== null) all.add(`(${all.has('m.reason', reason as string)} or ${some(said)})`);
    return all;
  }
  // Recipients are found first.
  const of = (condition: string, from = 'queue.recipient f'): string =>
    `select f.mail_id from ${from} where ${isOfPart} and ${condition}`;
  if (addressee !== null) all.add(`m.id in (${of(addressee)})`);
  if (said !== null) {
    const own = of(all.has('f.reason', reason as string), '(select id as mail_id, reason from queue.mail) f');
    all.add(`m.id in (${own} union ${of(said)})`);
  }
  return all;
}

interface GoesTo {
  isDestination: string;
  isDomain: string;
  /** Mailboxes of that domain are here. */
  isOurs: string;
}

/** Where mail to a recipient goes. */
function goesToOf(place: string): GoesTo {
  return {
    isDestination: `lower(f.destination) = lower(${place})`,
    isDomain: `lower(split_part(f.address, '@', -1)) = lower(${place})`,
    isOurs: `exists (select from directory.domain d where d.name = lower(${place}))`,
  };
}

/**
 * Recipients that go to a far side are found by their indexes, and so are those without a route yet. Those with a mailbox
 * here are in none, since every mail would pay for it: where the domain is ours, the mails at rest here are looked through.
 */
function goingTo({ isDestination, isDomain, isOurs }: GoesTo): string {
  return `select f.mail_id from queue.recipient f where f.route = 'remote' and (${isDestination} or ${isDomain})
    union select f.mail_id from queue.recipient f where f.route = 'unrouted' and ${isDomain}
    union select w.id from (${UNSCHEDULED}) w where ${isOurs} and exists (
      select from queue.recipient f where f.mail_id = w.id and f.route = 'local' and ${isDomain} offset 0)`;
}

/** An index leads to them, and they are few: held mails wait for a person each. */
function isOfFew({ state, heldBy, filter, destination }: Narrowing): boolean {
  return state === 'held' || [heldBy, filter, destination].some((one) => one !== undefined);
}

/** Whether no index leads to what is asked for. */
function isSearch(filter: Narrowing): boolean {
  const { sender, recipient, reason } = filter;
  return [sender, recipient, reason].some((one) => one !== undefined) && !isOfFew(filter);
}

export function findPage(
  db: Queryable,
  scope: MailScope,
  filter: QueueFilter,
  walk = WALK,
): Promise<FoundPage> {
  return isSearch(filter) ? walkQueue(db, scope, filter, walk) : findAtOnce(db, scope, filter);
}

/**
 * The page and the count in one statement, without a name, so that it is planned for what is asked. What an index leads to
 * is found once; of anything else as much is passed as is counted, in any order, and the page is read in that of the ids.
 */
async function findAtOnce(
  db: Queryable,
  scope: MailScope,
  { after, limit, ...filter }: QueueFilter,
): Promise<FoundPage> {
  const all = narrow(new Conditions(scope), scope, filter);
  const found = `select m.id from queue.mail m where ${all.text}`;
  const isFew = isOfFew(filter);
  const most = `limit ${MAX_COUNTED + 1}`;
  const since = after === undefined ? null : `id > ${all.given(after)}::uuid`;
  const page = isFew && since === null ? 'select id from found' : pageText(all.text, filter, since);
  const [row = { ids: [], total: 0 }] = await db.query<{ ids: string[]; total: number }>({
    text: `${isFew ? `with found as materialized (${found} order by m.id ${most})` : ''}
      select (select count(*)::int from (${isFew ? 'select from found' : `${found} ${most}`}) counted) as total,
        array(select id from (${page}) page order by id limit ${all.given(limit)}) as ids`,
    values: all.values,
  });
  const next = row.ids.length < limit ? null : (row.ids.at(-1) ?? null);
  const isTotalExact = row.total <= MAX_COUNTED;
  return { ids: row.ids, total: Math.min(row.total, MAX_COUNTED), isTotalExact, next, searchedUntil: null };
}

/**
 * Where no index leads to a state, the queue is walked by id until the page is full. OFFSET holds the planner to that: of
 * a table that has just been filled it knows nothing, and would sort all of it.
 */
function pageText(conditions: string, filter: Narrowing, since: string | null): string {
  const isWalked = !isOfFew(filter) && (filter.state ?? 'scheduled') === 'scheduled';
  const later = since === null ? '' : `where ${since}`;
  if (isWalked)
    return `select m.id from (select * from queue.mail ${later} order by id offset 0) m where ${conditions}`;
  return `select m.id from queue.mail m where ${since === null ? '' : `m.${since} and`} ${conditions}`;
}

async function walkQueue(
  db: Queryable,
  scope: MailScope,
  { after, limit, ...filter }: QueueFilter,
  { part: firstPart, milliseconds }: Walk,
): Promise<FoundPage> {
  // The first page counts as far as its time lasts.
  const most = after === undefined ? MAX_COUNTED : limit;
  // One more than a page tells whether there is another.
  const ids: string[] = [];
  let count = 0;
  let since = after ?? NIL;
  let stopped: Bound | null = null;
  let part = firstPart;
  let left = milliseconds;
  for (;;) {
    const began = performance.now();
    stopped = await endOfPart(db, since, part);
    const range = { since, last: stopped?.id ?? LAST, limit: limit + 1 - ids.length };
    const found = await findBetween(db, scope, filter, range);
    ids.push(...found.ids);
    count += found.count;
    const tookMs = performance.now() - began;
    left -= tookMs;
    if (stopped === null || count > most || left < tookMs / 5) break;
    since = stopped.id;
    part = Math.min(MAX_PART, Math.ceil((part * left) / tookMs));
  }
  const total = Math.min(count, MAX_COUNTED);
  const isTotalExact = stopped === null && after === undefined && count <= MAX_COUNTED;
  if (ids.length > limit) {
    ids.pop();
    return { ids, total, isTotalExact, next: ids.at(-1) ?? null, searchedUntil: null };
  }
  return { ids, total, isTotalExact, next: stopped?.id ?? null, searchedUntil: stopped?.acceptedAt ?? null };
}

/** The smallest and the largest id. */
const NIL = '00000000-0000-0000-0000-000000000000';
const LAST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

interface Bound {
  id: string;
  acceptedAt: Date;
}

/** The last mail of a part; null: the queue ends within it. */
async function endOfPart(db: Queryable, since: string, part: number): Promise<Bound | null> {
  const [bound] = await db.query<Bound>({
    name: 'end_of_queue_part',
    text: `select id, accepted_at as "acceptedAt" from queue.mail where id = (
      select id from queue.mail where id > $1 order by id offset $2::int - 1 limit 1)`,
    values: [since, part],
  });
  return bound ?? null;
}

/** How many mails of a part are found, and the first of them. */
async function findBetween(
  db: Queryable,
  scope: MailScope,
  filter: Narrowing,
  { since, last, limit }: { since: string; last: string; limit: number },
): Promise<{ count: number; ids: string[] }> {
  const all = new Conditions(scope);
  const [from, to] = [all.given(since), all.given(last)];
  narrow(all, scope, filter, `f.mail_id > ${from} and f.mail_id <= ${to}`);
  const [row] = await db.query<{ count: number; ids: string[] }>({
    text: `with found as materialized (
        select m.id from queue.mail m where m.id > ${from} and m.id <= ${to} and ${all.text})
      select (select count(*)::int from found) as count,
        array(select id from found order by id limit ${all.given(Math.max(0, limit))}) as ids`,
    values: all.values,
  });
  return row ?? { count: 0, ids: [] };
}

/** The ids of what the filter finds, oldest first: the set that an act is of, whatever arrives meanwhile. */
export async function matchingMails(
  db: Queryable,
  scope: MailScope,
  { limit, ...filter }: Omit<QueueFilter, 'after'>,
): Promise<string[]> {
  const all = narrow(new Conditions(scope), scope, filter);
  const rows = await db.query<{ id: string }>({
    text: `select m.id from queue.mail m where ${all.text} order by m.id limit ${all.given(limit)}`,
    values: all.values,
  });
  return rows.map(({ id }) => id);
}
