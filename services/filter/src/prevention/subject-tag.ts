// A tag in front of the subject, as an edit of the stored header: the field in UTF-8 (RFC 2047), the old one left out.
import { decodeWords, encodeWords, foldHeader, type HeaderField, parseHeaderFields } from '@pochtar/mail';

const UNDECODED = '\ufffd';

export interface SubjectEdit {
  /** The field with its line end. */
  field: Buffer;
  /** [start, end) ranges of the header. */
  removed: number[];
}

/**
 * Null where the subject stays: it has the tag already (as an answer does), or no reader could decode it.
 * `gone`: ranges of the header that nobody is shown.
 */
export function taggedSubject(header: Buffer, gone: readonly number[], tag: string): SubjectEdit | null {
  const subjects = parseHeaderFields(header).filter(
    (field) => field.lower === 'subject' && !isGone(field, gone),
  );
  const text = decodeWords(subjects[0]?.value ?? '');
  if (text.includes(tag) || text.includes(UNDECODED)) return null;
  const field = foldHeader('Subject', encodeWords(`${tag} ${text}`.trim()));
  return {
    field: Buffer.from(field, 'latin1'),
    removed: subjects.flatMap(({ start, end }) => [start, end]),
  };
}

function isGone({ start }: HeaderField, gone: readonly number[]): boolean {
  for (let index = 0; index + 1 < gone.length; index += 2) {
    if (start >= (gone[index] as number) && start < (gone[index + 1] as number)) return true;
  }
  return false;
}
