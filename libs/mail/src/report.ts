// What all generated reports (DSN, virus report) share: their top header, their text for people, their multipart frame.

import type { Address } from './address.ts';
import { formatAddress } from './address.ts';
import { formatDate } from './date.ts';
import { foldHeader } from './header.ts';
import { decodeWords, encodeWords, NOT_ASCII } from './words.ts';

export type ReportLanguage = 'ru' | 'en' | 'both';

export interface ReportHeader {
  from: Address;
  to: Address;
  subject: string;
  date: Date;
  /** With angle brackets. */
  messageId: string;
  /** RFC 3834 §5. */
  autoSubmitted: 'auto-replied' | 'auto-generated';
  /** Message-ID of the mail it is about. RFC 3834 §3.1.5. */
  inReplyTo?: string | null;
  contentType: string;
  encoding?: '7bit' | '8bit' | 'base64';
}

const SENDER_NAME = 'Mail Delivery System';

/** A top header with its blank line. Addresses that are not US-ASCII make it UTF-8 (RFC 6532). */
export function reportHeader(header: ReportHeader): string {
  const fields = [
    foldHeader('From', `${SENDER_NAME} <${formatAddress(header.from)}>`),
    foldHeader('To', formatAddress(header.to)),
    foldHeader('Subject', encodeWords(header.subject)),
    foldHeader('Date', formatDate(header.date)),
    foldHeader('Message-ID', header.messageId),
  ];
  if (header.inReplyTo) {
    fields.push(foldHeader('In-Reply-To', header.inReplyTo), foldHeader('References', header.inReplyTo));
  }
  fields.push(
    foldHeader('Auto-Submitted', header.autoSubmitted),
    foldHeader('MIME-Version', '1.0'),
    foldHeader('Content-Type', header.contentType),
    foldHeader('Content-Transfer-Encoding', header.encoding ?? '7bit'),
  );
  return `${fields.join('')}\r\n`;
}

/** RFC 2046 §5.1.1. A boundary is ours, so a bad one is an error of the caller. */
export function checkBoundary(boundary: string): void {
  if (/^[0-9A-Za-z'()+_,\-./:=?]{1,70}$/.test(boundary)) return;
  throw new Error('The boundary of a report must be 1 to 70 letters, digits or marks of RFC 2046 §5.1.1.');
}

/** Text for people as a body part with its header: US-ASCII as it is, anything else in base64. */
export function textPart(lines: readonly string[]): string {
  const text = `${lines.join('\r\n')}\r\n`;
  const isAscii = !NOT_ASCII.test(text);
  const charset = isAscii ? 'us-ascii' : 'utf-8';
  return (
    foldHeader('Content-Type', `text/plain; charset=${charset}`) +
    foldHeader('Content-Transfer-Encoding', isAscii ? '7bit' : 'base64') +
    `\r\n${isAscii ? text : base64Lines(Buffer.from(text, 'utf8'))}`
  );
}

/** From whom a report comes, to whom, and when. */
export type ReportFrame = Pick<ReportHeader, 'from' | 'to' | 'date' | 'messageId'>;

/** A report that is text and nothing else: the whole mail. */
export function textReport(
  { from, to, date, messageId }: ReportFrame,
  subject: string,
  lines: readonly string[],
): Buffer {
  const part = textPart(lines);
  const [contentType = '', encoding = ''] =
    /^Content-Type: (.*?)\r\nContent-Transfer-Encoding: (.*?)\r\n/s.exec(part)?.slice(1) ?? [];
  const head = reportHeader({
    ...{ from, to, subject, date, messageId, autoSubmitted: 'auto-generated', contentType },
    encoding: encoding as '7bit' | 'base64',
  });
  return Buffer.from(head + part.slice(part.indexOf('\r\n\r\n') + 4));
}

// RFC 2045 §6.8: lines of at most 76 characters.
export function base64Lines(bytes: Buffer): string {
  return bytes.toString('base64').replace(/.{1,76}/g, '$&\r\n');
}

/** The lines of the languages asked for, Russian first, a rule between them. */
export function inLanguages(
  language: ReportLanguage,
  ru: readonly string[],
  en: readonly string[],
): string[] {
  if (language === 'ru') return [...ru];
  if (language === 'en') return [...en];
  return [...ru, '', '-'.repeat(72), '', ...en];
}

const MAX_FOREIGN = 200;

/** A header value for the eyes of people: decoded, one line, bounded. */
export function foreignText(value: string): string {
  const text = decodeWords(value.slice(0, 4 * MAX_FOREIGN));
  return text.length > MAX_FOREIGN ? `${text.slice(0, MAX_FOREIGN)}…`.toWellFormed() : text;
}

/** `  label: value` for each value that is there. */
export function labelled(labels: readonly string[], values: readonly string[]): string[] {
  const lines: string[] = [];
  for (const [index, label] of labels.entries())
    if (values[index]) lines.push(`  ${label}: ${values[index]}`);
  return lines;
}
