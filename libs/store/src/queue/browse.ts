// The queue as a person sees it: lists with filters and pages, and one mail with all that is known of it.
//
// Scope is a parameter of every read: mails without a sender or recipient in the scope's domains do not exist.
import type { Queryable } from '../db.ts';
import type { Origin } from './accept.ts';

/** 'all', or the ids of the domains that may be seen. */
export type MailScope = 'all' | readonly number[];

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
  clientAddress: string | null;
  helo: string;
  slip: string[];
  /** The short header, for the subject; null when the content is gone. */
  header: Buffer | null;
  recipientCount: number;
  recipients: ListedRecipient[];
}

export interface QueueFilter {
  state?: ShownState | undefined;
  /** Part of the reverse path. */
  sender?: string | undefined;
  /** Part of a recipient's address. */
  recipient?: string | undefined;
  /** The last id of the page before. */
  after?: string | undefined;
  limit: number;
}

const SHOWN_STATE = `case when m.state = 'active' and m.step = 'schedule' then 'scheduled' else m.state end`;

/** $1: null, or domain ids. */
const IN_SCOPE = `($1::bigint[] is null or exists (
  select from directory.domain d where d.id = any($1) and (
    d.name = lower(regexp_replace(m.reverse_path, '^.*@', ''))
    or exists (select from queue.recipient s where s.mail_id = m.id and d.name = regexp_replace(s.address, '^.*@', '')))))`;

const FILTERS = `${IN_SCOPE}
  and ($2::text is null or ${SHOWN_STATE} = $2)
  and ($3::text is null or strpos(lower(m.reverse_path), lower($3)) > 0)
  and ($4::text is null or exists (
    select from queue.recipient f where f.mail_id = m.id and strpos(lower(f.address), lower($4)) > 0))`;

const columns = (recipients: number): string => `
m.id, m.accepted_at as "acceptedAt", m.reverse_path as "reversePath", m.origin, m.size, ${SHOWN_STATE} as state, m.step,
  coalesce(m.due_at, (select min(r.due_at) from queue.recipient r where r.mail_id = m.id)) as "dueAt",
  coalesce(m.reason, (select r.last_reply from queue.recipient r where r.mail_id = m.id and r.last_reply is not null
    order by r.last_attempt_at desc nulls last limit 1)) as reason,
  host(m.client_address) as "clientAddress", m.helo, m.slip, c.header,
  (select count(*)::int from queue.recipient r where r.mail_id = m.id) as "recipientCount",
  (select coalesce(json_agg(r order by r.address), '[]') from (
    select address, route, destination, expanded_from as "expandedFrom", due_at as "dueAt", attempt as attempts,
      last_attempt_at as "lastAttemptAt", last_reply as "lastReply"
    from queue.recipient where mail_id = m.id order by address limit ${recipients}) r) as recipients`;

/** How many recipients a list shows of a mail. */
const LISTED_RECIPIENTS = 10;
const SHOWN_RECIPIENTS = 10_000;

export interface QueuePage {
  mails: ListedMail[];
  /** Of all pages. */
  total: number;
}

/** A page of the queue, oldest first (ids grow with time). */
export async function listQueue(db: Queryable, scope: MailScope, filter: QueueFilter): Promise<QueuePage> {
  const values = [ids(scope), filter.state ?? null, filter.sender ?? null, filter.recipient ?? null];
  const mails = await db.query<ListedMail>({
    name: 'list_queue',
    text: `select ${columns(LISTED_RECIPIENTS)} from queue.mail m left join store.content c on c.id = m.content_id
      where ${FILTERS} and ($5::uuid is null or m.id > $5) order by m.id limit $6`,
    values: [...values, filter.after ?? null, filter.limit],
  });
  const [row] = await db.query<{ total: number }>({
    name: 'count_queue',
    text: `select count(*)::int as total from queue.mail m where ${FILTERS}`,
    values,
  });
  return { mails, total: row?.total ?? 0 };
}

/** One mail of the queue; null when it is not there or outside of the scope. */
export async function showQueued(db: Queryable, scope: MailScope, mail: string): Promise<ListedMail | null> {
  const [row] = await db.query<ListedMail>({
    name: 'show_queued',
    text: `select ${columns(SHOWN_RECIPIENTS)} from queue.mail m left join store.content c on c.id = m.content_id
      where ${IN_SCOPE} and m.id = $2`,
    values: [ids(scope), mail],
  });
  return row ?? null;
}

export interface ShownVerdict {
  filter: string;
  result: string;
  reason: string;
  at: Date;
}

export function verdictsOf(db: Queryable, mail: string): Promise<ShownVerdict[]> {
  return db.query<ShownVerdict>({
    name: 'verdicts_of',
    text: 'select filter, result, reason, at from queue.verdict where mail_id = $1 order by at, filter',
    values: [mail],
  });
}

/** Those of the mails that are in the queue and in the scope. */
export async function visibleMails(
  db: Queryable,
  scope: MailScope,
  mails: readonly string[],
): Promise<Set<string>> {
  const rows = await db.query<{ id: string }>({
    name: 'visible_mails',
    text: `select m.id from queue.mail m where ${IN_SCOPE} and m.id = any($2::uuid[])`,
    values: [ids(scope), mails],
  });
  return new Set(rows.map((row) => row.id));
}

function ids(scope: MailScope): readonly number[] | null {
  return scope === 'all' ? null : scope;
}
