// Notices that are owed to senders, and of what is kept from them to recipients: a row is written in the transaction of what the notice tells, and goes in the
// transaction that makes it a mail. So a notice is made exactly once, whatever keeps it from being made now, and never
// keeps anything else from being written.
import type { Queryable } from '../db.ts';
import { storedText } from './end-recipients.ts';

export type DsnKind = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';
/** What is no DSN is for who sent an infected mail, or for whom a mail was that is kept from him. */
export type NoticeKind =
  | DsnKind
  | 'virusToSender'
  | 'virusToRecipient'
  | 'tooLargeToRecipient'
  | OwnersNotice['kind'];

/** What the rules of a recipient have to say; kept as it is. */
export type OwnersNotice =
  | {
      kind: 'absence';
      from: string;
      subject: string;
      reason: string;
      isMime: boolean;
      inReplyTo: string | null;
    }
  | { kind: 'brokenRules'; script: string; line: number; column: number; fault: string };

/** What is told of one recipient. */
export interface NoticeRecipient {
  /** Address key. */
  address: string;
  /** ORCPT as given. */
  originalRecipient: string | null;
  /** The recipient whose alias led here. */
  expandedFrom: string | null;
  /** RFC 3463. */
  status: string;
  diagnostic?: string | null;
  remoteMta?: string | null;
  lastAttempt?: Date | null;
  willRetryUntil?: Date | null;
}

export interface NewOwedNotice {
  /** Of the mail that it becomes. */
  id: string;
  mail: string;
  kind: NoticeKind;
  /** What the sender sent. */
  contentId: string;
  /** The whole mail goes back, not its header only. */
  isFull: boolean;
  /** Of the original only the fields that identify it go back: its content was not passed by every filter. */
  isIdentifyingOnly: boolean;
  /** Who is told. */
  reversePath: string;
  acceptedAt: Date;
  /** ENVID as given. */
  envelopeId: string | null;
  recipients: readonly NoticeRecipient[];
  /** Of rules; null: it is another notice. */
  answer?: OwnersNotice | null;
}

export interface OwedNotice extends NewOwedNotice {
  owedSince: Date;
  /** The one under way included. */
  attempts: number;
}

/** Owes a notice; one that is owed already under this id stays as it is. */
export async function insertOwedNotice(tx: Queryable, notice: NewOwedNotice): Promise<void> {
  const recipients = notice.recipients.map((recipient) => ({
    ...recipient,
    diagnostic: typeof recipient.diagnostic === 'string' ? storedText(recipient.diagnostic) : null,
  }));
  await tx.query({
    name: 'insert_owed_notice',
    text: `insert into queue.owed_notice (id, mail_id, kind, content_id, is_full, identifying_only, reverse_path,
        accepted_at, envelope_id, recipients, answer)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::json, $11::jsonb) on conflict do nothing`,
    values: [
      ...[notice.id, notice.mail, notice.kind, notice.contentId, notice.isFull, notice.isIdentifyingOnly],
      notice.reversePath,
      ...[notice.acceptedAt, notice.envelopeId, JSON.stringify(recipients)],
      notice.answer ? JSON.stringify(notice.answer) : null,
    ],
  });
}

export interface NoticeClaim {
  /** Who makes them: see sender.ts. */
  sender: string;
  limit: number;
  /** So long nobody else takes them, unless the sender is found dead. */
  seconds: number;
  /** Also one whose time has not come yet: to see whether what kept it from being made is over. */
  isEarly?: boolean;
}

/**
 * Notices whose time has come, longest due first. What the sender claimed before and has not ended comes again: it has
 * nothing in hand when it asks, but may not have heard the answer to its last claim.
 */
export async function claimOwedNotices(
  db: Queryable,
  { sender, limit, seconds, isEarly = false }: NoticeClaim,
): Promise<OwedNotice[]> {
  const notices = await db.query<OwedNotice>({
    name: 'claim_owed_notices',
    text: `with due as materialized (
        select id from queue.owed_notice where due_at <= now() or sender = $3 or ($4 and sender is null)
        order by due_at limit $1 for update skip locked
      )
      update queue.owed_notice n
      set due_at = now() + make_interval(secs => $2), attempts = n.attempts + 1, sender = $3
      from due d where n.id = d.id
      returning n.id, n.mail_id as mail, n.kind, n.content_id as "contentId", n.is_full as "isFull",
        n.identifying_only as "isIdentifyingOnly",
        n.reverse_path as "reversePath", n.accepted_at as "acceptedAt", n.envelope_id as "envelopeId", n.recipients, n.answer,
        n.owed_since as "owedSince", n.attempts`,
    values: [limit, seconds, sender, isEarly],
  });
  return notices.map((notice) => ({ ...notice, recipients: notice.recipients.map(revived) }));
}

function revived(recipient: NoticeRecipient): NoticeRecipient {
  const { lastAttempt, willRetryUntil } = recipient;
  return {
    ...recipient,
    lastAttempt: lastAttempt ? new Date(lastAttempt) : null,
    willRetryUntil: willRetryUntil ? new Date(willRetryUntil) : null,
  };
}

/** They are owed no longer; answers which of them were. What they returned may be collected now. */
export async function endOwedNotices(tx: Queryable, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>({
    name: 'end_owed_notices',
    text: `with ended as (
        delete from queue.owed_notice where id = any($1::uuid[]) returning id, content_id
      ), dead as (
        insert into store.maybe_dead (content_id) select content_id from ended
      )
      select id from ended`,
    values: [ids],
  });
  return rows.map(({ id }) => id);
}

/** A try has failed: the next one is in `seconds`. */
export async function postponeOwedNotice(
  db: Queryable,
  id: string,
  seconds: number,
  reason: string,
): Promise<void> {
  await db.query({
    name: 'postpone_owed_notice',
    text: `update queue.owed_notice set due_at = now() + make_interval(secs => $2), reason = $3, sender = null
      where id = $1`,
    values: [id, seconds, storedText(reason)],
  });
}

/** Those that wait for a reason that is over now, by the first words of it, wait no longer. */
export async function wakeOwedNotices(db: Queryable, reason: string): Promise<void> {
  await db.query({
    name: 'wake_owed_notices',
    text: `with waiting as materialized (
        select id from queue.owed_notice where sender is null and due_at > now() and starts_with(reason, $1)
        order by id for update skip locked
      )
      update queue.owed_notice n set due_at = now() from waiting w where n.id = w.id`,
    values: [reason],
  });
}

/** The trace of a notice that could not be made in its time; the row must have been ended in this transaction. */
export async function traceUnmadeNotice(tx: Queryable, notice: OwedNotice, reason: string): Promise<void> {
  await tx.query({
    name: 'trace_unmade_notice',
    text: `insert into trace.delivery (mail_id, recipient, accepted_at, reverse_path, origin, size, outcome, detail, attempts)
      values ($1, $2, $3, '', 'system', 0, 'bounced', $4, $5) on conflict do nothing`,
    values: [notice.id, notice.reversePath, notice.owedSince, storedText(reason), notice.attempts],
  });
}

/** When the next owed notice is due for this sender; null when none is owed. */
export async function nextOwedNotice(db: Queryable, sender: string): Promise<Date | null> {
  const [row] = await db.query<{ at: Date | null }>({
    name: 'next_owed_notice',
    text: 'select min(case when sender = $1 then now() else due_at end) as at from queue.owed_notice',
    values: [sender],
  });
  return row?.at ?? null;
}
