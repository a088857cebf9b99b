// The quarantine: mails that a filter holds by its verdict. What a person sees of it, newest first, and what has been there
// too long. Scope is a parameter of every read (scope.ts).
import type { Queryable } from '../db.ts';
import { hasPart } from '../part-of-text.ts';
import type { Origin } from './accept.ts';
import { MAX_COUNTED } from './find.ts';
import { type ContentColumns, contentOf, type MailContent } from './load-mail.ts';
import { isMailInScope, isRecipientInScope, type MailScope, scopeIds } from './scope.ts';

export interface QuarantineFilter {
  /** Held by this one. */
  filter?: string | undefined;
  /** Part of the reverse path. */
  sender?: string | undefined;
  /** Part of a recipient's address. */
  recipient?: string | undefined;
  acceptedSince?: Date | undefined;
  /** The last id of the page before. */
  after?: string | undefined;
  limit: number;
}

export interface QuarantinedRow {
  id: string;
  acceptedAt: Date;
  heldAt: Date;
  reversePath: string;
  origin: Origin;
  size: number;
  filter: string;
  reason: string;
  clientAddress: string | null;
  helo: string;
  /** The short header, for the subject; null when the content is gone. */
  header: Buffer | null;
  /** Of those in scope. */
  recipientCount: number;
  recipients: string[];
}

/** As the index has it. */
const IS_QUARANTINED = `m.state = 'held' and m.held_by = 'filter'`;

/** A mail comes to its hold with the step that finds it, and stays there. */
const columns = (recipients: number): string => `
  m.id, m.accepted_at as "acceptedAt", m.step_at as "heldAt", m.reverse_path as "reversePath", m.origin, m.size,
  coalesce(m.held_filter, '') as filter, coalesce(m.reason, '') as reason, host(m.client_address) as "clientAddress", m.helo,
  c.header, (select count(*)::int from queue.recipient r where r.mail_id = m.id and ${isRecipientInScope('r')}) as "recipientCount",
  array(select r.address from queue.recipient r where r.mail_id = m.id and ${isRecipientInScope('r')}
    order by r.address limit ${recipients}) as recipients`;

const LISTED_RECIPIENTS = 10;
const SHOWN_RECIPIENTS = 200;

export interface QuarantinePage {
  mails: QuarantinedRow[];
  /** Of all pages, up to MAX_COUNTED. */
  total: number;
  isTotalExact: boolean;
  next: string | null;
}

/** A page, newest first. The statement has no name: it is planned for what is asked. */
export async function listQuarantine(
  db: Queryable,
  scope: MailScope,
  { filter, sender, recipient, acceptedSince, after, limit }: QuarantineFilter,
): Promise<QuarantinePage> {
  const values: unknown[] = [scopeIds(scope)];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const all = [IS_QUARANTINED, isMailInScope];
  if (filter !== undefined) all.push(`m.held_filter = ${given(filter)}`);
  if (sender !== undefined) all.push(hasPart('m.reverse_path', given(sender), sender));
  if (acceptedSince !== undefined) all.push(`m.accepted_at >= ${given(acceptedSince)}`);
  if (recipient !== undefined) {
    all.push(`exists (select from queue.recipient f where f.mail_id = m.id
      and ${hasPart('f.address', given(recipient), recipient)} and ${isRecipientInScope('f')} offset 0)`);
  }
  const found = `select m.id from queue.mail m where ${all.join(' and ')}`;
  const page = after === undefined ? found : `${found} and m.id < ${given(after)}::uuid`;
  const [row = { total: 0, ids: [] }] = await db.query<{ total: number; ids: string[] }>({
    text: `select (select count(*)::int from (${found} limit ${MAX_COUNTED + 1}) counted) as total,
      array(${page} order by m.id desc limit ${given(limit + 1)}) as ids`,
    values,
  });
  const ids = row.ids.slice(0, limit);
  const mails = await db.query<QuarantinedRow>({
    name: 'list_quarantine',
    text: `select ${columns(LISTED_RECIPIENTS)} from queue.mail m left join store.content c on c.id = m.content_id
      where m.id = any($2::uuid[]) order by m.id desc`,
    values: [scopeIds(scope), ids],
  });
  return {
    mails,
    total: Math.min(row.total, MAX_COUNTED),
    isTotalExact: row.total <= MAX_COUNTED,
    next: row.ids.length > limit ? (ids.at(-1) ?? null) : null,
  };
}

/** One mail; null when it is not in the quarantine or outside of the scope. */
export async function showQuarantined(
  db: Queryable,
  scope: MailScope,
  mail: string,
): Promise<QuarantinedRow | null> {
  const [row] = await db.query<QuarantinedRow>({
    name: 'show_quarantined',
    text: `select ${columns(SHOWN_RECIPIENTS)} from queue.mail m left join store.content c on c.id = m.content_id
      where m.id = $2 and ${IS_QUARANTINED} and ${isMailInScope}`,
    values: [scopeIds(scope), mail],
  });
  return row ?? null;
}

/** What of such a mail would be delivered; null likewise, or when its content is gone. */
export async function quarantinedContent(
  db: Queryable,
  scope: MailScope,
  mail: string,
): Promise<MailContent | null> {
  const [row] = await db.query<ContentColumns>({
    name: 'quarantined_content',
    text: `select c.id as content_id, c.pack_id, c.pack_offset, c.length, c.header_length, c.prefix, c.removed
      from queue.mail m join store.content c on c.id = m.content_id
      where m.id = $2 and ${IS_QUARANTINED} and ${isMailInScope}`,
    values: [scopeIds(scope), mail],
  });
  return row === undefined ? null : contentOf(row);
}

/** Locks some of the mails that have been there for longer; those that somebody has in hand are left for the next time. */
export async function lockExpiredQuarantine(tx: Queryable, days: number, limit: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>({
    name: 'lock_expired_quarantine',
    text: `select m.id from queue.mail m where ${IS_QUARANTINED} and m.step_at < now() - make_interval(days => $1)
      order by m.id limit $2 for update skip locked`,
    values: [days, limit],
  });
  return rows.map(({ id }) => id);
}
