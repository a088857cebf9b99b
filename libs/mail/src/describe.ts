// What is stored about a mail's content beside its bytes, made in one call wherever content comes into being:
// acceptance by SMTP, IMAP APPEND, and the versions delivery writes.

import { baseSubject } from './base-subject.ts';
import { parseDate, writtenDay } from './date.ts';
import { otherFieldNames } from './field-names.ts';
import { bodyStructureText, envelopeText } from './imap-text.ts';
import { threadIds } from './message-ids.ts';
import { encodeParts } from './parts-text.ts';
import type { ScannedMail } from './scan.ts';
import { shortHeader } from './short-header.ts';

export interface ContentDescription {
  size: number;
  /** Up to and including the blank line. */
  headerLength: number;
  shortHeader: Buffer;
  /** False: fields are missing from the short header, ask the mail itself. */
  shortHeaderComplete: boolean;
  /** Of the fields beside it; null: unknown, ask the mail itself. For mayHaveField(). */
  otherFields: Buffer | null;
  /** IMAP ENVELOPE and BODYSTRUCTURE, latin1 byte strings. */
  envelope: string;
  bodyStructure: string;
  /** Byte ranges for decodeParts(). */
  parts: string;
  /** The Date field. */
  sentAt: Date | null;
  /** The day that it names, as it was written; days since 1970. */
  sentDay: number | null;
  /** With its angle brackets. */
  messageId: string | null;
  /** The subject by which mails are sorted and gathered (RFC 5256 §2.1), and whether it is that of a reply or a forward. */
  baseSubject: string;
  isReply: boolean;
  /** Those of threadIds(), with blanks between them. */
  threadIds: string;
}

/** All text is free of U+0000. */
export function describeContent(mail: ScannedMail): ContentDescription {
  const { bytes, isComplete } = shortHeader(mail.header, mail.fields);
  const valueOf = (name: string): string | null =>
    mail.fields.find((field) => field.lower === name)?.value ?? null;
  const [date, messageId] = [valueOf('date'), valueOf('message-id')];
  const { text, isReply } = baseSubject(valueOf('subject') ?? '');
  const ids = threadIds({ messageId, references: valueOf('references'), inReplyTo: valueOf('in-reply-to') });
  return {
    size: mail.size,
    headerLength: mail.headerLength,
    shortHeader: bytes,
    shortHeaderComplete: isComplete && !mail.isHeaderCut,
    otherFields: mail.isHeaderCut ? null : otherFieldNames(mail.fields),
    envelope: envelopeText(mail.fields),
    bodyStructure: bodyStructureText(mail.root),
    parts: encodeParts(mail.root),
    sentAt: date === null ? null : parseDate(date),
    sentDay: date === null ? null : writtenDay(date),
    messageId: messageId === null ? null : parseMessageId(messageId),
    baseSubject: text,
    isReply,
    threadIds: ids.join(' '),
  };
}

/** RFC 5322 §3.6.4: the first msg-id of a field, with its angle brackets; null when there is none. */
export function parseMessageId(value: string): string | null {
  // Printable octets only; longer ids than a line can hold are damage.
  return /<[!-;=?-~\u0080-\u00ff]{1,900}>/.exec(value.slice(0, 4096))?.[0] ?? null;
}
