// Octets of a text part as text: its charset, and the words of HTML.
import { charsets } from '../charsets.ts';
import { bytesToText } from '../words.ts';

/** What is seen from the octets, and codings of another kind that go by a charset's way. */
const NO_CHARSET = /^(?:utf-?8|us-ascii|ascii|base64|hex|binary|utf-?7-?imap)$/i;

/** Text of a charset; of none, or one nobody knows, as it seems to be meant. */
export function decodeCharset(octets: Buffer, charset: string | null): string {
  const usable = usableCharset(charset);
  return usable === null
    ? bytesToText(octets.toString('latin1'), charset)
    : charsets().iconv.decode(octets, usable);
}

/** Null for UTF-8, US-ASCII and names nobody knows: what such text really is, is seen from its octets. */
export function usableCharset(charset: string | null): string | null {
  if (charset === null || NO_CHARSET.test(charset)) return null;
  return charsets().iconv.encodingExists(charset) ? charset : null;
}

const ENTITIES: Readonly<Record<string, string>> = {
  nbsp: ' ',
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** The words of HTML: tags out, entities decoded, blanks joined. */
export function withoutTags(html: string): string {
  return html
    .replace(/<[^<>]*>/g, '')
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/g, (whole: string, decimal, hex, name) => {
      if (name) return ENTITIES[name as string] ?? whole;
      const code = decimal ? Number(decimal) : Number.parseInt(hex as string, 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ' ';
    })
    .replace(/\p{White_Space}+/gu, ' ');
}
