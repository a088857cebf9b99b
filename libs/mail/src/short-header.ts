// The short header: the fields mail programs list, kept in the database row so that listing touches no volume.
// Left out is what only machines read and what is long: Received, DKIM-Signature, ARC, Authentication-Results.

import type { HeaderField } from './header.ts';
import { parseHeaderFields } from './header.ts';

/** Rows are read by the thousand: a short header stays well below a database page. */
export const MAX_SHORT_HEADER = 8192;

const FIELDS: ReadonlySet<string> = new Set([
  'from',
  'to',
  'cc',
  'bcc',
  'reply-to',
  'sender',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'mime-version',
  'priority',
  'importance',
  'x-priority',
  'x-msmail-priority',
  'disposition-notification-to',
  'return-receipt-to',
  'auto-submitted',
  'precedence',
  'user-agent',
  'x-mailer',
  // Asked for by web mail and news readers with every listing; rarely there.
  'mail-reply-to',
  'mail-followup-to',
  'newsgroups',
  'followup-to',
  'x-draft-info',
]);
const PREFIXES = ['list-', 'content-', 'x-spam-'];

/** Whether a field, if the mail has it, is in the short header (given lower case). */
export function isShortHeaderField(lowerName: string): boolean {
  return FIELDS.has(lowerName) || PREFIXES.some((prefix) => lowerName.startsWith(prefix));
}

export interface ShortHeader {
  /** Whole fields as they are in the mail, in order, without the blank line. */
  bytes: Buffer;
  /** False when a field did not fit or the header was cut: the mail itself has to be asked. */
  isComplete: boolean;
}

export function shortHeader(
  header: Buffer,
  fields: readonly HeaderField[] = parseHeaderFields(header),
): ShortHeader {
  const pieces: Buffer[] = [];
  let size = 0;
  let isComplete = true;
  for (const field of fields) {
    if (!isShortHeaderField(field.lower)) continue;
    const length = field.end - field.start;
    if (size + length > MAX_SHORT_HEADER) {
      isComplete = false;
      continue;
    }
    size += length;
    pieces.push(header.subarray(field.start, field.end));
  }
  return { bytes: Buffer.concat(pieces), isComplete };
}
