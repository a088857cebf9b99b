// The queue as a person sees it: pages of what a filter finds (find.ts), and one mail with all that is known of it.
//
// Scope is a parameter of every read (scope.ts): mails and recipients outside of it do not exist.
import type { Queryable } from '../db.ts';
import type { Origin } from './accept.ts';
import { findPage, type FoundPage, type QueueFilter, type ShownState, type Walk } from './find.ts';
import type { HeldBy } from './hold.ts';
import {
  isAddressInScope,
  isMailInScope,
  isOwn,
  isRecipientInScope,
  type MailScope,
  scopeIds,
} from './scope.ts';

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
  /** Of those that can be seen. */
  recipientCount: number;
  recipients: ListedRecipient[];
}

export interface ShownMail extends ListedMail {
  /** The short header, for the subject; null when the content is gone. */
  header: Buffer | null;
}

const SHOWN_STATE = `case when m.state = 'active' and m.step = 'schedule' then 'scheduled' else m.state end`;

/** What older versions held without saying who counts as a person's: letting that go overrules nothing. */
const HELD_BY = `case when m.state = 'held' then coalesce(m.held_by, 'person') end`;

const seen = `from queue.recipient r where r.mail_id = m.id and ${isRecipientInScope('r')}`;

/** Of the recipients of queue.mail m that can be seen, in one look at each. */
const SEEN = `lateral (
    select count(*)::int as number, min(r.due_at) as due_at,
      bool_or(r.lease_owner is not null and r.due_at > now()) as is_being_sent, bool_or(r.due_at <= now()) as is_due,
      (array_agg(r.last_reply order by r.last_attempt_at desc nulls last) filter (where r.last_reply is not null))[1]
        as last_reply
    ${seen}) seen`;

/** Why a mail that nobody has refused yet is still here. */
const WAITS_FOR = `case when m.state <> 'active' or m.step <> 'schedule' then null
  when seen.is_being_sent then 'it is being sent' when seen.is_due then 'it waits for a free connection' end`;

/** `recipients` of them, and `where` of `r` narrows which. */
const columns = (recipients: string, where = 'true'): string => `
m.id, m.accepted_at as "acceptedAt", m.reverse_path as "reversePath", m.origin, m.size, ${SHOWN_STATE} as state, m.step,
  coalesce(m.due_at, seen.due_at) as "dueAt", coalesce(m.reason, seen.last_reply, ${WAITS_FOR}) as reason,
  ${HELD_BY} as "heldBy", case when m.state = 'held' then m.held_filter end as "heldFilter",
  host(m.client_address) as "clientAddress", m.helo, m.slip, seen.number as "recipientCount",
  (select coalesce(json_agg(r order by r.address), '[]') from (
    select address, route, destination, expanded_from as "expandedFrom", due_at as "dueAt", attempt as attempts,
      last_attempt_at as "lastAttemptAt", last_reply as "lastReply"
    ${seen} and ${where} order by address limit ${recipients}) r) as recipients`;

/** How many recipients a list shows of a mail. */
const LISTED_RECIPIENTS = '10';
const SHOWN_VERDICTS = 500;

export interface QueuePage extends Omit<FoundPage, 'ids'> {
  mails: ListedMail[];
}

/** A page of the queue, oldest first. */
export async function listQueue(
  db: Queryable,
  scope: MailScope,
  filter: QueueFilter,
  walk?: Walk,
): Promise<QueuePage> {
  const { ids, ...found } = await findPage(db, scope, filter, walk);
  const mails = await db.query<ListedMail>({
    name: 'list_queue',
    text: `select ${columns(LISTED_RECIPIENTS)} from queue.mail m, ${SEEN} where m.id = any($2::uuid[]) order by m.id`,
    values: [scopeIds(scope), ids],
  });
  return { mails, ...found };
}

/** One mail of the queue with a page of its recipients; null when it is not there or outside of the scope. */
export async function showQueued(
  db: Queryable,
  scope: MailScope,
  mail: string,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<ShownMail | null> {
  const page = columns('$4', '($3::text is null or r.address > $3)');
  const [row] = await db.query<ShownMail>({
    name: 'show_queued',
    text: `select ${page}, c.header from queue.mail m left join store.content c on c.id = m.content_id, ${SEEN}
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
