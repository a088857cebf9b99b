// The queue as a person sees it: lists with filters and pages, and one mail with all that is known of it.
//
// Scope is a parameter of every read (scope.ts): mails and recipients outside of it do not exist.
import type { Queryable } from '../db.ts';
import type { Origin } from './accept.ts';
import type { HeldBy } from './hold.ts';
import {
  isAddressInScope,
  isMailInScope,
  isOwn,
  isRecipientInScope,
  type MailScope,
  scopeIds,
} from './scope.ts';

/** What people call the state: 'scheduled' is active with nothing but waiting recipients. */
export type ShownState = 'active' | 'parked' | 'held' | 'scheduled';

export interface ListedRecipient {
  address: string;
  route: 'unrouted' | 'local' | 'remote';
  destination: string | null;
  expandedFrom: string | null;
  dueAt: string | null;
  attempts: number;
  lastAttemptAt: string | null;
  lastReply: string | null;
}

export interface ListedMail {
  id: string;
  acceptedAt: Date;
  reversePath: string;
  origin: Origin;
  size: number;
  state: ShownState;
  step: string;
  dueAt: Date | null;
  reason: string | null;
  /** Null unless held. */
  heldBy: HeldBy | null;
  /** Which filter holds. */
  heldFilter: string | null;
  clientAddress: string | null;
  helo: string;
  slip: string[];
  /** The short header, for the subject; null when the content is gone. */
  header: Buffer | null;
  /** Of those that can be seen. */
  recipientCount: number;
  recipients: ListedRecipient[];
}

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

const SHOWN_STATE = `case when m.state = 'active' and m.step = 'schedule' then 'scheduled' else m.state end`;

/** What older versions held without saying who counts as a person's: letting that go overrules nothing. */
const HELD_BY = `case when m.state = 'held' then coalesce(m.held_by, 'person') end`;

// Read without a name, so that the server plans each by what is given: a condition that is not asked for falls away, and
// one that is can use an index.
const IS_STATE = `($2::text is null or ($2 in ('held', 'parked') and m.state = $2)
  or ($2 = 'scheduled' and m.state = 'active' and m.step = 'schedule')
  or ($2 = 'active' and m.state = 'active' and m.step <> 'schedule'))`;
/** Where mail to a recipient goes; that of remote ones is indexed. */
const GOES_TO = `(lower(f.destination) = lower($7) or lower(split_part(f.address, '@', -1)) = lower($7))`;

/**
 * Mails with a recipient for whom this holds. Where everything is in scope, those recipients are found first; otherwise what
 * is in scope depends on the mail, and each mail's own are looked at.
 */
function withRecipient(scope: MailScope, ...conditions: string[]): string {
  if (scope === 'all') {
    const found = conditions.map((one) => `select f.mail_id from queue.recipient f where ${one}`);
    return `m.id in (${found.join(' union ')})`;
  }
  return `exists (select from queue.recipient f
    where f.mail_id = m.id and (${conditions.join(' or ')}) and ${isRecipientInScope('f')})`;
}

function filters(scope: MailScope): string {
  const [remote, other] = ["f.route = 'remote'", "f.route <> 'remote'"].map(
    (route) => `${route} and ${GOES_TO}`,
  );
  return `${isMailInScope} and ${IS_STATE}
    and ($3::text is null or strpos(lower(m.reverse_path), lower($3)) > 0)
    and ($4::text is null or ${withRecipient(scope, 'strpos(lower(f.address), lower($4)) > 0')})
    and ($5::text is null or (m.state = 'held' and coalesce(m.held_by, 'person') = $5))
    and ($6::text is null or (m.state = 'held' and m.held_filter = $6))
    and ($7::text is null or ${withRecipient(scope, remote as string, other as string)})
    and ($8::text is null or strpos(lower(m.reason), lower($8)) > 0
      or ${withRecipient(scope, 'strpos(lower(f.last_reply), lower($8)) > 0')})
    and ($9::timestamptz is null or m.accepted_at < $9)`;
}

function filterValues(scope: MailScope, filter: Omit<QueueFilter, 'limit'>): unknown[] {
  return [
    ...[scopeIds(scope), filter.state ?? null, filter.sender ?? null, filter.recipient ?? null],
    ...[filter.heldBy ?? null, filter.filter ?? null, filter.destination ?? null, filter.reason ?? null],
    filter.acceptedBefore ?? null,
  ];
}

const seen = `from queue.recipient r where r.mail_id = m.id and ${isRecipientInScope('r')}`;

/** Why a mail that nobody has refused yet is still here. */
const WAITS_FOR = `case when m.state <> 'active' or m.step <> 'schedule' then null
  when exists (select ${seen} and r.lease_owner is not null and r.due_at > now()) then 'it is being sent'
  when exists (select ${seen} and r.due_at <= now()) then 'it waits for a free connection' end`;

/** `recipients` of them, and `where` of `r` narrows which. */
const columns = (recipients: string, where = 'true'): string => `
m.id, m.accepted_at as "acceptedAt", m.reverse_path as "reversePath", m.origin, m.size, ${SHOWN_STATE} as state, m.step,
  coalesce(m.due_at, (select min(r.due_at) ${seen})) as "dueAt",
  coalesce(m.reason, (select r.last_reply ${seen} and r.last_reply is not null
    order by r.last_attempt_at desc nulls last limit 1), ${WAITS_FOR}) as reason,
  ${HELD_BY} as "heldBy", case when m.state = 'held' then m.held_filter end as "heldFilter",
  host(m.client_address) as "clientAddress", m.helo, m.slip, c.header,
  (select count(*)::int ${seen}) as "recipientCount",
  (select coalesce(json_agg(r order by r.address), '[]') from (
    select address, route, destination, expanded_from as "expandedFrom", due_at as "dueAt", attempt as attempts,
      last_attempt_at as "lastAttemptAt", last_reply as "lastReply"
    ${seen} and ${where} order by address limit ${recipients}) r) as recipients`;

/** How many recipients a list shows of a mail. */
const LISTED_RECIPIENTS = '10';
const SHOWN_VERDICTS = 500;

export interface QueuePage {
  mails: ListedMail[];
  /** Of all pages. */
  total: number;
  /** Otherwise there are more: nobody counts a queue of millions for a page of it. */
  isTotalExact: boolean;
  /** `after` of the next page. */
  next: string | null;
}

const MAX_COUNTED = 10_000;

/** A page of the queue, oldest first (ids grow with time). */
export async function listQueue(db: Queryable, scope: MailScope, filter: QueueFilter): Promise<QueuePage> {
  const { ids, total } = await findPage(db, scope, filter);
  const mails = await db.query<ListedMail>({
    name: 'list_queue',
    text: `select ${columns(LISTED_RECIPIENTS)} from queue.mail m left join store.content c on c.id = m.content_id
      where m.id = any($2::uuid[]) order by m.id`,
    values: [scopeIds(scope), ids],
  });
  const next = ids.length < filter.limit ? null : (ids.at(-1) ?? null);
  return { mails, total: Math.min(total, MAX_COUNTED), isTotalExact: total <= MAX_COUNTED, next };
}

/** The first page and the count are found in one pass. */
async function findPage(
  db: Queryable,
  scope: MailScope,
  { after, limit, ...filter }: QueueFilter,
): Promise<{ ids: string[]; total: number }> {
  const found = `select m.id from queue.mail m where ${filters(scope)}`;
  const page =
    after === undefined ? 'found where $10::uuid is null' : `(${found} and m.id > $10::uuid) later`;
  const [row] = await db.query<{ ids: string[]; total: number }>({
    text: `with found as materialized (${found} order by m.id limit ${MAX_COUNTED + 1})
      select (select count(*)::int from found) as total, array(select id from ${page} order by id limit $11) as ids`,
    values: [...filterValues(scope, filter), after ?? null, limit],
  });
  return row ?? { ids: [], total: 0 };
}

/** The ids of what the filter finds, oldest first: the set that an act is of, whatever arrives meanwhile. */
export async function matchingMails(
  db: Queryable,
  scope: MailScope,
  filter: Omit<QueueFilter, 'after'>,
): Promise<string[]> {
  const rows = await db.query<{ id: string }>({
    text: `select m.id from queue.mail m where ${filters(scope)} order by m.id limit $10`,
    values: [...filterValues(scope, filter), filter.limit],
  });
  return rows.map(({ id }) => id);
}

/** One mail of the queue with a page of its recipients; null when it is not there or outside of the scope. */
export async function showQueued(
  db: Queryable,
  scope: MailScope,
  mail: string,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<ListedMail | null> {
  const page = columns('$4', '($3::text is null or r.address > $3)');
  const [row] = await db.query<ListedMail>({
    name: 'show_queued',
    text: `select ${page} from queue.mail m left join store.content c on c.id = m.content_id
      where ${isMailInScope} and m.id = $2`,
    values: [scopeIds(scope), mail, after ?? null, limit],
  });
  return row ?? null;
}

export interface ShownVerdict {
  filter: string;
  /** '' when it is the verdict on the mail; otherwise the recipient for whom it is different. */
  recipient: string;
  /** The newest counts; earlier ones say what was found then. */
  generation: number;
  result: string;
  reason: string;
  at: Date;
}

/**
 * Of a mail that is in scope, the first 500, those on the whole mail before those on recipients; what was said of a
 * recipient outside of the scope is left out.
 */
export async function verdictsOf(
  db: Queryable,
  scope: MailScope,
  mail: string,
): Promise<{ verdicts: ShownVerdict[]; isWhole: boolean }> {
  const found = await db.query<ShownVerdict>({
    name: 'verdicts_of',
    text: `select v.filter, v.recipient, v.generation, v.result, v.reason, v.at
      from queue.verdict v join queue.mail m on m.id = v.mail_id
      where v.mail_id = $2 and (v.recipient = '' or ${isOwn('m.account_id')} or ${isAddressInScope('v.recipient')})
      order by v.recipient <> '', v.generation, v.at, v.filter, v.recipient limit ${SHOWN_VERDICTS + 1}`,
    values: [scopeIds(scope), mail],
  });
  return { verdicts: found.slice(0, SHOWN_VERDICTS), isWhole: found.length <= SHOWN_VERDICTS };
}

/** A kind of hold: who holds, and which filter. */
export interface HoldKind {
  heldBy: HeldBy;
  filter: string | null;
}

/** The kinds of holds among these mails, as far as they are held and in scope. */
export function holdKinds(db: Queryable, scope: MailScope, mails: readonly string[]): Promise<HoldKind[]> {
  return db.query<HoldKind>({
    name: 'hold_kinds',
    text: `select distinct ${HELD_BY} as "heldBy", m.held_filter as filter from queue.mail m
      where m.state = 'held' and ${isMailInScope} and m.id = any($2::uuid[]) order by 1, 2`,
    values: [scopeIds(scope), mails],
  });
}
