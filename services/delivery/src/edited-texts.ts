// The texts that clients list (short header, ENVELOPE) when verdicts have edited the header they were made from.
// BODYSTRUCTURE and part ranges stay: edits touch nothing behind the top header.
import {
  describeContent,
  editedHeader,
  isEnvelopeField,
  isShortHeaderField,
  MailScanner,
  parseHeaderFields,
} from '@pochtar/mail';
import type { EditedTexts } from '@pochtar/store/queue';

/** The texts of the edited header; null when the edits touch no field that they are made of. */
export function editedTexts(
  stored: Buffer,
  prefix: Buffer | null,
  removed: readonly number[] | null,
): EditedTexts | null {
  const isTouched =
    (prefix !== null && parseHeaderFields(prefix).some(({ lower }) => isListed(lower))) ||
    parseHeaderFields(stored).some(
      ({ lower, start, end }) => isListed(lower) && overlaps(removed ?? [], start, end),
    );
  return isTouched ? textsOf(stored, prefix, removed) : null;
}

/** The texts of the header with the edits. */
export function textsOf(
  stored: Buffer,
  prefix: Buffer | null,
  removed: readonly number[] | null,
): EditedTexts {
  const scanner = new MailScanner();
  scanner.write(editedHeader(stored, prefix, removed));
  return describeContent(scanner.end());
}

function isListed(lower: string): boolean {
  return isEnvelopeField(lower) || isShortHeaderField(lower);
}

function overlaps(ranges: readonly number[], start: number, end: number): boolean {
  for (let index = 0; index + 1 < ranges.length; index += 2) {
    if ((ranges[index] as number) < end && (ranges[index + 1] as number) > start) return true;
  }
  return false;
}
