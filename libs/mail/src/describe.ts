// What is stored about a mail's content beside its bytes, made in one call wherever content comes into being:
// acceptance by SMTP, IMAP APPEND, and the versions delivery writes.

import { parseDate } from './date.ts';
import { otherFieldNames } from './field-names.ts';
import { bodyStructureText, envelopeText } from './imap-text.ts';
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
  /** With its angle brackets. */
  messageId: string | null;
}

/** All text is free of U+0000. */
export function describeContent(mail: ScannedMail): ContentDescription {
  const { bytes, isComplete } = shortHeader(mail.header, mail.fields);
  const date = mail.fields.find((field) => field.lower === 'date');
  const id = mail.fields.find((field) => field.lower === 'message-id');
  return {
    size: mail.size,
    headerLength: mail.headerLength,
    shortHeader: bytes,
    shortHeaderComplete: isComplete && !mail.isHeaderCut,
    otherFields: mail.isHeaderCut ? null : otherFieldNames(mail.fields),
    envelope: envelopeText(mail.fields),
    bodyStructure: bodyStructureText(mail.root),
    parts: encodeParts(mail.root),
    sentAt: date ? parseDate(date.value) : null,
    messageId: id ? parseMessageId(id.value) : null,
  };
}

/** RFC 5322 §3.6.4: the first msg-id of a field, with its angle brackets; null when there is none. */
export function parseMessageId(value: string): string | null {
  // Printable octets only; longer ids than a line can hold are damage.
  return /<[!-;=?-~\u0080-\u00ff]{1,900}>/.exec(value.slice(0, 4096))?.[0] ?? null;
}
