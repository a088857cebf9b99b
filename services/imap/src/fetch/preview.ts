// The first words of a message (RFC 8970), made when they are asked for, of no more than the beginning of its text.
import { decodeTransfer, encodingOf, type PartRange } from '@pochtar/mail';
import { decodeCharset, withoutTags } from '@pochtar/mail/search';
import type { MessageBytes } from './message-bytes.ts';

/** RFC 8970 §3.2: no more than 256 characters, and 200 are asked for. */
const MAX_CHARACTERS = 200;
/** Octets of the decoded text that are looked at: HTML begins with long styles. */
const MAX_OCTETS = 16 * 1024;

/** RFC 8970 §3.2: empty where there are no words to show. */
export async function previewText(bytes: MessageBytes): Promise<string> {
  for (const part of bytes.parts) {
    if (part.path === '' || part.type !== 'text' || !['plain', 'html'].includes(part.subtype)) continue;
    const words = await beginning(bytes, part);
    if (words !== '') return words;
  }
  return '';
}

async function beginning(bytes: MessageBytes, part: PartRange): Promise<string> {
  const located = bytes.locate({ path: part.path, part: 'all', fields: [], text: '' });
  const encoding = encodingOf(part.encoding);
  if (located === null || encoding === null) return '';
  const pieces: Buffer[] = [];
  let length = 0;
  // Encoded, it may take three octets for one.
  const range = { ...located.range, end: Math.min(located.range.end, located.range.start + 3 * MAX_OCTETS) };
  for await (const piece of decodeTransfer(bytes.stream(range), encoding)) {
    pieces.push(piece);
    length += piece.length;
    if (length >= MAX_OCTETS) break;
  }
  const text = decodeCharset(wholeWords(Buffer.concat(pieces)), part.charset);
  const words = (part.subtype === 'html' ? htmlWords(text) : text).replace(CONTROLS, ' ').trim();
  // Half a character is none.
  return words
    .slice(0, MAX_CHARACTERS)
    .replace(/[\ud800-\udbff]$/, '')
    .toWellFormed();
}

/** What was cut in the middle of a character would be taken for text of another charset. */
function wholeWords(octets: Buffer): Buffer {
  if (octets.length < MAX_OCTETS) return octets;
  const end = Math.max(octets.lastIndexOf(0x20, MAX_OCTETS), octets.lastIndexOf(0x0a, MAX_OCTETS));
  return octets.subarray(0, end > 0 ? end : MAX_OCTETS);
}

// oxlint-disable-next-line no-control-regex -- a preview is one line
const CONTROLS = /[\s\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028\u2029\ufeff]+/g;

/** What ends what is not shown. */
const ENDS = {
  '!--': /-->/g,
  style: /<\/style/gi,
  script: /<\/script/gi,
  head: /<\/head/gi,
  title: /<\/title/gi,
};

/** Without what is not shown; a style or a comment that does not end is all that is left. */
export function htmlWords(html: string): string {
  let shown = '';
  let at = 0;
  const hidden = /<!--|<(style|script|head|title)\b/gi;
  for (let found = hidden.exec(html); found !== null; found = hidden.exec(html)) {
    shown += `${html.slice(at, found.index)} `;
    const ends = ENDS[(found[1]?.toLowerCase() ?? '!--') as keyof typeof ENDS];
    ends.lastIndex = hidden.lastIndex;
    const end = ends.exec(html);
    if (end === null) return withoutTags(shown);
    at = found[1] === undefined ? ends.lastIndex : end.index;
    hidden.lastIndex = at;
  }
  // A tag that was cut is none either.
  return withoutTags(spaced(`${shown}${html.slice(at)}`)).replace(/<[^<>]*$/, '');
}

/** Lines and cells are apart when their tags are gone. */
function spaced(html: string): string {
  return html.replace(/<(?:br|p|div|tr|td|th|li|h\d|table)\b/gi, ' $&');
}
