// HEADER.FIELDS and HEADER.FIELDS.NOT (RFC 9051 §6.4.5): whole fields as they stand in the header, in their order,
// and a blank line. From the row when its short header has each or the row knows that the mail does not; otherwise from the
// message.
import { isShortHeaderField, mayHaveField, parseHeaderFields } from '@pochtar/mail';
import type { MessageContent } from '@pochtar/store/mailbox';
import type { MessageBytes } from './message-bytes.ts';

const CRLF = Buffer.from('\r\n');

export function chooseFields(header: Buffer, names: readonly string[], isNot: boolean): Buffer {
  const wanted = new Set(names);
  const pieces: Buffer[] = [];
  for (const field of parseHeaderFields(header)) {
    if (wanted.has(field.lower) === isNot) continue;
    const bytes = header.subarray(field.start, field.end);
    pieces.push(bytes);
    // A header that was cut may end within a field.
    if (bytes.at(-1) !== 0x0a) pieces.push(CRLF);
  }
  pieces.push(CRLF);
  return Buffer.concat(pieces);
}

/** The header to choose from when the row can answer; null: it has to be read. */
export function shortHeaderFor(
  content: MessageContent,
  bytes: MessageBytes,
  names: readonly string[],
): Buffer | null {
  const { header, headerComplete } = content;
  if (header === undefined || !headerComplete) return null;
  const others = content.otherFields ?? null;
  const isListed = (name: string): boolean => isShortHeaderField(name);
  const isAbsent = (name: string): boolean =>
    !isListed(name) && others !== null && !mayHaveField(others, name);
  if (!names.every((name) => isListed(name) || isAbsent(name))) return null;
  if (!bytes.isEdited) return header;
  // Edits replace a field by taking it out and putting the new one in front.
  const added = bytes.prefix === null ? [] : parseHeaderFields(bytes.prefix).map((field) => field.lower);
  const isTouched = (name: string): boolean =>
    added.includes(name) || (isListed(name) && !isNeverRemoved(name));
  return names.some(isTouched) ? null : header;
}

/** Fields that are taken out only to be replaced. */
function isNeverRemoved(name: string): boolean {
  return !/^(?:x-|list-|content-|auto-submitted|precedence)/.test(name);
}
