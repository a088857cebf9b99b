// An owed notice as a mail of our own (RFC 3464, or a report of a scanner): built, its body stored, and handed back as the row to insert.
//
// The body is durable before the row. A transaction that fails leaves a body that nothing refers to, which
// counts as dead by itself.
import { randomUUID } from 'node:crypto';
import {
  addressOfKey,
  type Address,
  buildDsn,
  decodeXtext,
  isAsciiAddress,
  type OriginalRecipient,
  type DsnAction,
  type DsnRecipient,
  parseAddress,
  parseOriginalRecipient,
  returnPathField,
  returnPathLength,
} from '@pochtar/mail';
import { serverDomain } from '@pochtar/settings';
import { loadContent, type NewMail, type NoticeRecipient, type OwedNotice } from '@pochtar/store/queue';
import { recipientAddress } from './recipient-address.ts';
import { identifyingHeader } from './returnable.ts';
import { ruleNotice } from './rules/rule-notice.ts';
import { isScanReport, scanReport, type ScanReportFrame } from './scan-reports.ts';
import { readStoredHeader } from './stored-header.ts';
import { systemMail } from './system-mail.ts';
import type { Tools } from './tools.ts';

/** RFC 3461 §4.3: a mail that is larger is returned as its header, whatever RET says. */
const MAX_RETURNED = 2 * 1024 * 1024;
/** For so long a notice waits for a volume that is away; then it goes without what it would return. */
const ORIGINAL_WAIT_MS = 4 * 3_600_000;

/** The mail that the notice becomes, its body durable. Throws while the original or the volume is away. */
export async function noticeMail(
  tools: Pick<Tools, 'blobs' | 'settings' | 'db'>,
  notice: OwedNotice,
  now: Date,
): Promise<NewMail> {
  // Only senders that can be read are owed anything.
  const sender = parseAddress(notice.reversePath) as Address;
  const general = tools.settings.current('general');
  const domain = serverDomain(general);
  const frame = {
    reportingMta: general.heloName,
    from: { localPart: 'MAILER-DAEMON', domain },
    ...{ to: sender, date: now, messageId: `<${notice.id}@${domain}>` },
  };
  const body = await bodyOf(tools, notice, frame);
  // RFC 3464 §2: a notification has the null reverse path.
  const bytes = Buffer.concat([returnPathField(null), body]);
  const to = await recipientAddress(tools.db, sender);
  return systemMail(tools, {
    id: notice.id,
    reversePath: '',
    bytes,
    to: { ...to, notify: 'NEVER' },
    now,
  });
}

async function bodyOf(
  tools: Pick<Tools, 'blobs' | 'db'>,
  notice: OwedNotice,
  frame: ScanReportFrame,
): Promise<Buffer> {
  const { kind } = notice;
  const { date: now } = frame;
  if (notice.answer) return ruleNotice(notice.answer, frame);
  if (isScanReport(kind)) {
    const nothing = { header: Buffer.alloc(0), bytes: 0 };
    return scanReport(notice, frame, await inTime(notice, now, nothing, () => identityOf(tools, notice)));
  }
  const action = kind as DsnAction;
  return buildDsn({
    ...frame,
    kind: action,
    originalEnvelopeId: notice.envelopeId === null ? null : decodeXtext(notice.envelopeId),
    arrivalDate: notice.acceptedAt,
    boundary: `dsn-${randomUUID()}`,
    recipients: notice.recipients.map((recipient) => dsnRecipient(recipient, action)),
    original: await inTime(notice, now, { header: Buffer.alloc(0) }, () => readOriginal(tools, notice)),
    language: 'both',
  });
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

type Original = { header: Buffer } | { full: Buffer };

/** What is read of the original; `nothing` of one that is away for long. */
async function inTime<T>(notice: OwedNotice, now: Date, nothing: T, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (now.getTime() - notice.owedSince.getTime() < ORIGINAL_WAIT_MS) throw error;
    return nothing;
  }
}

/** What a report names it by: its header as it is stored. */
async function identityOf(
  { blobs, db }: Pick<Tools, 'blobs' | 'db'>,
  { contentId }: OwedNotice,
): Promise<{ header: Buffer; bytes: number }> {
  const content = await loadContent(db, contentId);
  if (content === null) return { header: Buffer.alloc(0), bytes: 0 };
  return { header: await readStoredHeader(blobs, content), bytes: content.blob.length };
}

async function readOriginal(
  { blobs, db }: Pick<Tools, 'blobs' | 'db'>,
  { contentId, isFull, isIdentifyingOnly }: OwedNotice,
): Promise<Original> {
  const content = await loadContent(db, contentId);
  if (content === null) return { header: Buffer.alloc(0) };
  const header = await readStoredHeader(blobs, content);
  const start = returnPathLength(header);
  if (isIdentifyingOnly) return { header: identifyingHeader(header.subarray(start)) };
  if (!isFull || content.blob.length > MAX_RETURNED) return { header: header.subarray(start) };
  return { full: await blobs.read(content.blob, { start, end: content.blob.length }) };
}
