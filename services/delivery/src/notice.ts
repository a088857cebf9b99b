// Delivery status notifications as mails of our own (RFC 3464): built, their body stored, and handed back as the
// row that is inserted in the transaction of what they tell.
//
// The body is durable before the row. A transaction that fails leaves a body that nothing refers to, which
// counts as dead by itself.
import { createHash, randomUUID } from 'node:crypto';
import {
  buildDsn,
  decodeXtext,
  describeContent,
  isAsciiAddress,
  type OriginalRecipient,
  type DsnAction,
  type DsnRecipient,
  MailScanner,
  parseAddress,
  parseOriginalRecipient,
  returnPathField,
} from '@pochtar/mail';
import type { Queryable } from '@pochtar/store/db';
import {
  derivedId,
  loadContent,
  type MailContent,
  type MailInHand,
  type NewMail,
} from '@pochtar/store/queue';
import { addressOfKey } from './address-of-key.ts';
import { type RecipientAddress, recipientAddress } from './recipient-address.ts';
import { readStoredHeader, returnPathLength } from './stored-header.ts';
import type { Tools } from './tools.ts';

export interface NoticeRecipient {
  address: string;
  /** ORCPT as given, or the recipient whose alias led here. */
  originalRecipient: string | null;
  expandedFrom: string | null;
  status: string;
  diagnostic?: string | null;
  remoteMta?: string | null;
  lastAttempt?: Date | null;
  willRetryUntil?: Date | null;
}

export interface NoticeInput {
  kind: DsnAction;
  recipients: readonly NoticeRecipient[];
  /** The content was refused: it is never sent back. */
  isHeaderOnly?: boolean;
  now: Date;
}

/** RFC 3461 §4.3: a mail that is larger is returned as its header, whatever RET says. */
const MAX_RETURNED = 2 * 1024 * 1024;

/** A notice to the sender of `mail`, its body durable; null when the sender's address cannot be read. */
export async function prepareNotice(
  tools: Pick<Tools, 'blobs' | 'settings'>,
  tx: Queryable,
  mail: MailInHand,
  input: NoticeInput,
): Promise<NewMail | null> {
  const sender = parseAddress(mail.reversePath);
  if (sender === null || input.recipients.length === 0) return null;
  const addresses = input.recipients.map(({ address }) => address);
  const id = derivedId(mail.id, addresses, input.kind);
  const { heloName } = tools.settings.current('general');
  const body = buildDsn({
    kind: input.kind,
    reportingMta: heloName,
    from: { localPart: 'MAILER-DAEMON', domain: heloName },
    to: sender,
    originalEnvelopeId: mail.dsnEnvelopeId === null ? null : decodeXtext(mail.dsnEnvelopeId),
    arrivalDate: mail.acceptedAt,
    date: input.now,
    messageId: `<${id}@${heloName}>`,
    boundary: `dsn-${randomUUID()}`,
    recipients: input.recipients.map((recipient) => dsnRecipient(recipient, input.kind)),
    original: await originalOf(tools, tx, mail, input),
    language: 'both',
  });
  // RFC 3464 §2: a notification has the null reverse path.
  const bytes = Buffer.concat([returnPathField(null), body]);
  return storeNotice(tools.blobs, { id, bytes, to: await recipientAddress(tx, sender), now: input.now });
}

function dsnRecipient(recipient: NoticeRecipient, action: DsnAction): DsnRecipient {
  const { address, originalRecipient, expandedFrom, status, diagnostic, remoteMta } = recipient;
  const given = originalRecipient === null ? null : parseOriginalRecipient(originalRecipient);
  // RFC 3464 §2.3.1: the address the sender gave is known even without ORCPT when an alias led here.
  const original = given ?? (expandedFrom === null ? null : originalOfKey(expandedFrom));
  return {
    finalRecipient: addressOfKey(address),
    originalRecipient: original,
    action,
    status,
    diagnostic: diagnostic ?? null,
    remoteMta: remoteMta ?? null,
    lastAttempt: recipient.lastAttempt ?? null,
    willRetryUntil: recipient.willRetryUntil ?? null,
  };
}

function originalOfKey(key: string): OriginalRecipient {
  // RFC 6533 §3: the address type of what is not US-ASCII.
  return { type: isAsciiAddress(addressOfKey(key)) ? 'rfc822' : 'utf-8', address: key };
}

/** What goes back to the sender: what it sent, not what verdicts made of it. */
async function originalOf(
  { blobs }: Pick<Tools, 'blobs'>,
  tx: Queryable,
  mail: MailInHand,
  input: NoticeInput,
): Promise<{ header: Buffer } | { full: Buffer }> {
  const content: MailContent | null =
    mail.contentId === mail.id ? mail.content : await loadContent(tx, mail.id);
  if (content === null) return { header: Buffer.alloc(0) };
  const header = await readStoredHeader(blobs, content);
  const start = returnPathLength(header);
  // RFC 3461 §4.3: RET says what comes with failures; every other notice brings the header.
  const isFull = mail.dsnReturn === 'FULL' && input.kind === 'failed' && input.isHeaderOnly !== true;
  if (!isFull || content.blob.length > MAX_RETURNED) return { header: header.subarray(start) };
  return { full: await blobs.read(content.blob, { start, end: content.blob.length }) };
}

async function storeNotice(
  blobs: Tools['blobs'],
  { id, bytes, to, now }: { id: string; bytes: Buffer; to: RecipientAddress; now: Date },
): Promise<NewMail> {
  const scanner = new MailScanner();
  scanner.write(bytes);
  const scanned = scanner.end();
  const sha256 = createHash('sha256').update(bytes).digest();
  return {
    id,
    content: { id, blob: await blobs.put(id, bytes, sha256), sha256, description: describeContent(scanned) },
    acceptedAt: now,
    reversePath: '',
    origin: 'system',
    protocol: 'ESMTP',
    body: scanned.has8bit ? '8BITMIME' : '7BIT',
    // RFC 6533 §4: a notification about UTF-8 addresses is itself a UTF-8 mail.
    smtpUtf8: scanned.header.some((octet) => octet > 0x7f),
    slip: [],
    settingsRevision: 0,
    step: 'deliver',
    recipients: [{ ...to, notify: 'NEVER' }],
  };
}
