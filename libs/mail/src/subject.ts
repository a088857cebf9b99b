// The subject of a mail as people read it.
import { parseHeaderFields } from './header.ts';
import { decodeWords } from './words.ts';

/** RFC 2047 decoded and cut; '' when there is none. `header`: the fields, as octets. */
export function subjectOf(header: Buffer | null, most = 500): string {
  const field = header && parseHeaderFields(header).find(({ lower }) => lower === 'subject');
  return field ? decodeWords(field.value).slice(0, most).toWellFormed() : '';
}
