// One mail with everything delivery decides from: envelope, content, recipients, verdicts.
//
// `lockMail` is the first statement of every transaction that decides about a mail: whoever holds the mail row
// and its recipients is the only one who ends, routes or re-plans them (lock order: mail, recipients by address,
// accounts, mailboxes).
import type { BlobReference } from '../blob/index.ts';
import type { StoredBody } from '../content/index.ts';
import type { Queryable } from '../db.ts';
import type { HeldBy } from './hold.ts';
import { ENVELOPE_COLUMNS, envelopeOf, type EnvelopeRow, type QueuedEnvelope } from './queued-envelope.ts';

export interface QueuedRecipient {
  /** Address key. */
  address: string;
  /** RFC 3461 §4.2: ORCPT as given. */
  originalRecipient: string | null;
  /** RFC 3461 §4.1 */
  notify: string | null;
  accountId: number | null;
  route: 'unrouted' | 'local' | 'remote';
  destination: string | null;
  expandedFrom: string | null;
  dueAt: Date | null;
  leaseOwner: string | null;
  attempt: number;
  lastAttemptAt: Date | null;
  /** The due time that the attempt under way answers. */
  plannedAt: Date | null;
  lastReply: string | null;
  isDelayNotified: boolean;
}

export interface StoredVerdict {
  filter: string;
  /** '' is the verdict on the mail; an address key: what is different for that recipient. */
  recipient: string;
  result: 'accept' | 'defer' | 'reject' | 'quarantine' | 'discard';
  reason: string;
  prefix: Buffer | null;
  removed: number[] | null;
  replacementContentId: string | null;
  /** It was let through without a look at its content. */
  isUnseen: boolean;
  /** A mailbox by special use (\Junk) or by name; null: INBOX. */
  target: string | null;
  at: Date;
}

export interface MailContent extends StoredBody {
  id: string;
  /** Of the stored bytes, removed ranges included. */
  headerLength: number;
}

export interface MailInHand extends QueuedEnvelope {
  id: string;
  contentId: string;
  /** Null when the row is gone, which must never be. */
  content: MailContent | null;
  body: '7BIT' | '8BITMIME' | null;
  dsnReturn: 'FULL' | 'HDRS' | null;
  /** ENVID as given. */
  dsnEnvelopeId: string | null;
  size: number;
  slip: string[];
  step: string;
  state: 'active' | 'parked' | 'held';
  reason: string | null;
  /** Null unless held. */
  heldBy: HeldBy | null;
  /** Which filter holds. */
  heldFilter: string | null;
  /** Filters whose verdict a person has let pass. */
  releasedFilters: readonly string[];
  /** Of its verdicts: those of earlier generations no longer count. */
  generation: number;
  /** Ranges of the original that were left out when it was accepted; null: none, or its content was not edited yet. */
  removedAtAcceptance: number[] | null;
  /** Its content was edited before. */
  isEdited: boolean;
  /** By address. */
  recipients: QueuedRecipient[];
  /** Of this generation. */
  verdicts: StoredVerdict[];
}

export interface ContentColumns {
  content_id: string;
  pack_id: string | null;
  pack_offset: number;
  length: number;
  header_length: number;
  prefix: Buffer | null;
  removed: number[] | null;
}

interface MailRow extends ContentColumns, EnvelopeRow {
  id: string;
  body: MailInHand['body'];
  dsn_return: MailInHand['dsnReturn'];
  dsn_envelope_id: string | null;
  size: number;
  slip: string[];
  step: string;
  state: MailInHand['state'];
  reason: string | null;
  held_by: HeldBy | null;
  held_filter: string | null;
  released_filters: string[] | null;
  generation: number;
  removed_at_acceptance: number[] | null;
}

/** Columns of queue.mail m and store.content c that `mailOf` reads. */
const MAIL_COLUMNS = `m.id, m.content_id, ${ENVELOPE_COLUMNS}, m.body, m.dsn_return, m.dsn_envelope_id, m.size, m.slip,
  m.step, m.state, m.reason, m.held_by, m.held_filter, m.released_filters, m.generation, m.removed_at_acceptance,
  c.pack_id, c.pack_offset, c.length, c.header_length, c.prefix, c.removed`;

const MAILS = `select ${MAIL_COLUMNS} from queue.mail m left join store.content c on c.id = m.content_id`;
const MAIL = `${MAILS} where m.id = $1`;

const RECIPIENT_COLUMNS = `address, original_recipient as "originalRecipient", notify, account_id as "accountId", route, destination,
  expanded_from as "expandedFrom", due_at as "dueAt", lease_owner as "leaseOwner", attempt,
  last_attempt_at as "lastAttemptAt", last_reply as "lastReply", delay_notified as "isDelayNotified",
  planned_at as "plannedAt"`;
const RECIPIENTS = `select ${RECIPIENT_COLUMNS} from queue.recipient where mail_id = $1 order by address`;

const VERDICT_COLUMNS = `v.filter, v.recipient, v.result, v.reason, v.prefix, v.removed,
  v.replacement_content_id as "replacementContentId", v.unseen as "isUnseen", v.target, v.at`;
const VERDICTS = `select ${VERDICT_COLUMNS} from queue.verdict v where v.mail_id = $1 and v.generation = $2`;

/** The mail as it is now, or null when it has left the queue. */
export function loadMail(db: Queryable, id: string): Promise<MailInHand | null> {
  return readMail(db, id, '');
}

/** The mail, its row and its recipients' rows locked to the end of the transaction; waits for who has them. */
export function lockMail(tx: Queryable, id: string): Promise<MailInHand | null> {
  return readMail(tx, id, 'lock');
}

async function readMail(db: Queryable, id: string, lock: '' | 'lock'): Promise<MailInHand | null> {
  const suffix = lock && '_locked';
  const [row] = await db.query<MailRow>({
    name: `load_mail${suffix}`,
    text: lock ? `${MAIL} for update of m` : MAIL,
    values: [id],
  });
  if (row === undefined) return null;
  // The mail row is locked first: what is read of its recipients afterwards stays true.
  const recipients = await db.query<QueuedRecipient>({
    name: `load_recipients${suffix}`,
    text: lock ? `${RECIPIENTS} for update` : RECIPIENTS,
    values: [id],
  });
  const verdicts =
    row.slip.length === 0
      ? []
      : await db.query<StoredVerdict>({
          name: 'load_verdicts',
          text: VERDICTS,
          values: [id, row.generation],
        });
  return mailOf(row, recipients, verdicts);
}

/**
 * The same of several, by their ids; those that have left are left out. They are locked in the order of their ids, so that
 * two who do so do not wait for each other. Without names: planned for the queue as it is.
 */
export async function lockMails(tx: Queryable, ids: readonly string[]): Promise<Map<string, MailInHand>> {
  const rows = await tx.query<MailRow>({
    text: `${MAILS} where m.id = any($1::uuid[]) order by m.id for update of m`,
    values: [ids],
  });
  const recipients = await tx.query<QueuedRecipient & { mail_id: string }>({
    text: `select mail_id, ${RECIPIENT_COLUMNS} from queue.recipient where mail_id = any($1::uuid[])
      order by mail_id, address for update`,
    values: [ids],
  });
  const verdicts = await tx.query<StoredVerdict & { mail_id: string }>({
    text: `select v.mail_id, ${VERDICT_COLUMNS} from queue.verdict v join queue.mail m on m.id = v.mail_id
      where v.mail_id = any($1::uuid[]) and v.generation = m.generation`,
    values: [ids],
  });
  const [recipientsOf, verdictsOf] = [byMail(recipients), byMail(verdicts)];
  return new Map(
    rows.map((row) => [row.id, mailOf(row, recipientsOf.get(row.id) ?? [], verdictsOf.get(row.id) ?? [])]),
  );
}

function byMail<Row extends { mail_id: string }>(rows: readonly Row[]): Map<string, Omit<Row, 'mail_id'>[]> {
  const found = new Map<string, Omit<Row, 'mail_id'>[]>();
  for (const { mail_id: mail, ...row } of rows) {
    const there = found.get(mail);
    if (there === undefined) found.set(mail, [row]);
    else there.push(row);
  }
  return found;
}

function mailOf(row: MailRow, recipients: QueuedRecipient[], verdicts: StoredVerdict[]): MailInHand {
  return {
    id: row.id,
    contentId: row.content_id,
    content: contentOf(row),
    ...envelopeOf(row),
    body: row.body,
    dsnReturn: row.dsn_return,
    dsnEnvelopeId: row.dsn_envelope_id,
    size: row.size,
    slip: row.slip,
    step: row.step,
    state: row.state,
    reason: row.reason,
    heldBy: row.state === 'held' ? (row.held_by ?? 'person') : null,
    heldFilter: row.held_filter,
    releasedFilters: row.released_filters ?? [],
    generation: row.generation,
    removedAtAcceptance: row.removed_at_acceptance ?? (row.content_id === row.id ? row.removed : null),
    isEdited: row.removed_at_acceptance !== null,
    recipients,
    verdicts,
  };
}

export function contentOf(row: ContentColumns): MailContent | null {
  if (row.pack_id === null) return null;
  const blob: BlobReference = { packId: row.pack_id, offset: row.pack_offset, length: row.length };
  const { content_id, header_length, prefix, removed } = row;
  return { id: content_id, blob, headerLength: header_length, prefix, removed };
}

/** One content row; null when there is none. */
export async function loadContent(db: Queryable, id: string): Promise<MailContent | null> {
  const [row] = await db.query<ContentColumns>({
    name: 'load_content',
    text: `select id as content_id, pack_id, pack_offset, length, header_length, prefix, removed
      from store.content where id = $1`,
    values: [id],
  });
  return row === undefined ? null : contentOf(row);
}
