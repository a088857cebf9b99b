// Delivery status notifications: multipart/report of RFC 6522 with the fields of RFC 3464, and with the UTF-8 types of
// RFC 6533 when an address in it is not US-ASCII. Marked as automatic reply (RFC 3834), so that nothing answers it.

import { isAscii } from 'node:buffer';
import type { Address } from './address.ts';
import { formatAddress, isAsciiAddress } from './address.ts';
import { formatDate } from './date.ts';
import { parseMessageId } from './describe.ts';
import type { DsnAction } from './dsn-text.ts';
import { dsnSubject, dsnText } from './dsn-text.ts';
import { printableForeign } from './foreign.ts';
import { foldHeader, parseHeaderFields } from './header.ts';
import type { ReportLanguage } from './report.ts';
import { base64Lines, checkBoundary, reportHeader, textPart } from './report.ts';
import type { OriginalRecipient } from './xtext.ts';

export interface DsnRecipient {
  finalRecipient: Address;
  /** From ORCPT, decoded. */
  originalRecipient?: OriginalRecipient | null;
  action: DsnAction;
  /** RFC 3463, such as 5.1.1. */
  status: string;
  /** The SMTP reply that decided, as received. */
  diagnostic?: string | null;
  /** Host name of the server that gave it. */
  remoteMta?: string | null;
  lastAttempt?: Date | null;
  /** Only for `delayed`. */
  willRetryUntil?: Date | null;
}

export interface Dsn {
  /** What subject and text say; the most serious action among the recipients. */
  kind: DsnAction;
  reportingMta: string;
  from: Address;
  /** The sender of the mail; the notification itself goes out with the empty reverse path. */
  to: Address;
  /** ENVID, decoded. */
  originalEnvelopeId?: string | null;
  arrivalDate?: Date | null;
  date: Date;
  /** With angle brackets. */
  messageId: string;
  /** Random, so that it does not occur in the original. */
  boundary: string;
  recipients: readonly DsnRecipient[];
  /** RFC 3461 §4.3 RET: the header of the mail, or all of it. */
  original: { header: Buffer } | { full: Buffer };
  language: ReportLanguage;
}

export function buildDsn(dsn: Dsn): Buffer {
  checkBoundary(dsn.boundary);
  if (dsn.recipients.length === 0) throw new Error('A DSN needs at least one recipient.');
  const isInternational = !dsn.recipients.every((recipient) => isAsciiRecipient(recipient));
  const original = originalPart(dsn.original, isInternational);
  const has8bit = isInternational || original.has8bit;
  const head = reportHeader({
    from: dsn.from,
    to: dsn.to,
    subject: dsnSubject(dsn.kind, dsn.language),
    date: dsn.date,
    messageId: dsn.messageId,
    autoSubmitted: 'auto-replied',
    inReplyTo: originalMessageId(dsn.original),
    contentType: `multipart/report; report-type=delivery-status; boundary="${dsn.boundary}"`,
    encoding: has8bit ? '8bit' : '7bit',
  });
  const delimiter = `\r\n--${dsn.boundary}`;
  return Buffer.concat([
    Buffer.from(`${head.slice(0, -2)}${delimiter}\r\n`),
    Buffer.from(`${textPart(dsnText(dsn, dsn.language))}${delimiter}\r\n`),
    Buffer.from(`${statusPart(dsn, isInternational)}${delimiter}\r\n`),
    Buffer.from(original.header),
    original.body,
    Buffer.from(`${delimiter}--\r\n`),
  ]);
}

function isAsciiRecipient(recipient: DsnRecipient): boolean {
  return isAsciiAddress(recipient.finalRecipient) && recipient.originalRecipient?.type !== 'utf-8';
}

function originalMessageId(original: Dsn['original']): string | null {
  const bytes = 'header' in original ? original.header : original.full;
  const fields = parseHeaderFields(bytes.subarray(0, MAX_HEADER));
  const id = fields.find((field) => field.lower === 'message-id');
  const parsed = id ? parseMessageId(id.value) : null;
  return parsed && /^[!-~]+$/.test(parsed) ? parsed : null;
}

/** A returned header is for finding out which mail it was: the beginning is enough. */
const MAX_HEADER = 64 * 1024;

// RFC 3464 §2.1: one group of fields for the mail, one for each recipient, blank lines between them.
function statusPart(dsn: Dsn, isInternational: boolean): string {
  const perMessage = [foldHeader('Reporting-MTA', `dns; ${printableForeign(dsn.reportingMta, 255)}`)];
  if (dsn.originalEnvelopeId) {
    perMessage.unshift(foldHeader('Original-Envelope-Id', printableForeign(dsn.originalEnvelopeId, 300)));
  }
  if (dsn.arrivalDate) perMessage.push(foldHeader('Arrival-Date', formatDate(dsn.arrivalDate)));
  const groups = [perMessage, ...dsn.recipients.map(recipientFields)];
  // RFC 6533 §4: UTF-8 addresses only in message/global-delivery-status.
  const type = isInternational ? 'message/global-delivery-status' : 'message/delivery-status';
  return (
    foldHeader('Content-Type', type) +
    foldHeader('Content-Transfer-Encoding', isInternational ? '8bit' : '7bit') +
    `\r\n${groups.map((fields) => fields.join('')).join('\r\n')}`
  );
}

function recipientFields(recipient: DsnRecipient): string[] {
  const fields: string[] = [];
  const { originalRecipient, finalRecipient } = recipient;
  if (originalRecipient) {
    const { type, address } = originalRecipient;
    const text = type === 'utf-8' ? utf8Text(address) : printableForeign(address, 500);
    fields.push(foldHeader('Original-Recipient', `${printableForeign(type, 40)}; ${text}`));
  }
  const finalType = isAsciiAddress(finalRecipient) ? 'rfc822' : 'utf-8';
  fields.push(foldHeader('Final-Recipient', `${finalType}; ${formatAddress(finalRecipient)}`));
  fields.push(
    foldHeader('Action', recipient.action),
    foldHeader('Status', printableForeign(recipient.status, 20)),
  );
  if (recipient.remoteMta)
    fields.push(foldHeader('Remote-MTA', `dns; ${printableForeign(recipient.remoteMta, 255)}`));
  if (recipient.diagnostic) {
    fields.push(foldHeader('Diagnostic-Code', `smtp; ${printableForeign(recipient.diagnostic, 900)}`));
  }
  if (recipient.lastAttempt) fields.push(foldHeader('Last-Attempt-Date', formatDate(recipient.lastAttempt)));
  // RFC 3464 §2.3.9: only where further attempts are made.
  if (recipient.willRetryUntil && recipient.action === 'delayed') {
    fields.push(foldHeader('Will-Retry-Until', formatDate(recipient.willRetryUntil)));
  }
  return fields;
}

/** UTF-8 is allowed here; controls are taken out by foldHeader. */
function utf8Text(text: string): string {
  return text.slice(0, 500).toWellFormed();
}

interface OriginalPart {
  header: string;
  body: Buffer;
  has8bit: boolean;
}

function originalPart(original: Dsn['original'], isInternational: boolean): OriginalPart {
  if ('full' in original) {
    const has8bit = hasHighOctet(original.full);
    // RFC 6533 §4: a UTF-8 notification carries message/global.
    const type = isInternational ? 'message/global' : 'message/rfc822';
    // RFC 2046 §5.2.1: a message is never encoded.
    return { header: partHeader(type, has8bit ? '8bit' : '7bit'), body: original.full, has8bit };
  }
  const bytes = withoutBlankLine(original.header);
  // RFC 6522 §4: text/rfc822-headers; RFC 6533 §5: message/global-headers.
  const type = isInternational ? 'message/global-headers' : 'text/rfc822-headers';
  // Raw 8-bit fields are encoded, so that the notification passes servers without 8BITMIME.
  if (!hasHighOctet(bytes)) return { header: partHeader(type, '7bit'), body: bytes, has8bit: false };
  return { header: partHeader(type, 'base64'), body: Buffer.from(base64Lines(bytes)), has8bit: false };
}

function partHeader(type: string, encoding: string): string {
  return `${foldHeader('Content-Type', type)}${foldHeader('Content-Transfer-Encoding', encoding)}\r\n`;
}

function withoutBlankLine(header: Buffer): Buffer {
  const fields = parseHeaderFields(header);
  const fitting = fields.findLast((field) => field.end <= MAX_HEADER);
  return header.subarray(0, fitting ? fitting.end : 0);
}

function hasHighOctet(bytes: Buffer): boolean {
  return !isAscii(bytes);
}
