// Which fields a header has beside those of its short header, in a few octets: mail programs ask with every listing for
// fields that hardly any mail has (X-Label, Chat-Version, …), and "it is not there" needs no look at the mail.
import type { HeaderField } from './header.ts';
import { isShortHeaderField } from './short-header.ts';

/** Octets a name takes. Two names that share them cost a look at the mail, no wrong answer. */
const OCTETS = 2;
/** A header with more names than mail has is asked itself: what is kept stays small, whoever wrote it. */
const MAX_NAMES = 100;

/** The names that are not in the short header; null: too many to be kept. */
export function otherFieldNames(fields: readonly HeaderField[]): Buffer | null {
  const marks = new Set<number>();
  for (const { lower } of fields) {
    if (isShortHeaderField(lower)) continue;
    marks.add(markOf(lower));
    if (marks.size > MAX_NAMES) return null;
  }
  const kept = Buffer.alloc(marks.size * OCTETS);
  for (const [index, mark] of [...marks].toSorted((a, b) => a - b).entries())
    kept.writeUInt16BE(mark, index * OCTETS);
  return kept;
}

/** Whether the header that the names are of may have the field (given lower case). */
export function mayHaveField(names: Buffer, lower: string): boolean {
  const mark = markOf(lower);
  for (let at = 0; at + OCTETS <= names.length; at += OCTETS)
    if (names.readUInt16BE(at) === mark) return true;
  return false;
}

/** FNV-1a of the name, folded. */
function markOf(lower: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < lower.length; at++) hash = Math.imul(hash ^ lower.charCodeAt(at), 0x01000193);
  return ((hash >>> 16) ^ hash) & 0xffff;
}
