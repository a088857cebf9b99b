// Text of header values: RFC 2047 encoded words, and the raw 8-bit text that programs send instead of them.
//
// Header values are latin1 byte strings. Raw bytes in them are UTF-8 (RFC 6532) or, from old programs, windows-1251,
// koi8-r or whatever charset the body has, without any label.

import { charsets } from './charsets.ts';

/** Longer values are decoded up to here only; what follows stays as it is. */
const MAX_DECODED = 64 * 1024;
/** RFC 2047 §2: an encoded word has at most 75 octets. */
const MAX_WORD = 75;

// oxlint-disable-next-line no-control-regex -- what is not US-ASCII
export const NOT_ASCII = /[^\u0000-\u007f]/;
const NOT_BYTES = /[^\u0000-\u00ff]/; // oxlint-disable-line no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]+/g; // oxlint-disable-line no-control-regex

/**
 * The text of a header value, for people: one line, without controls.
 *
 * @param value a byte string, or text that was decoded already
 * @param charset what Content-Type says, tried for raw bytes that are not UTF-8
 */
export function decodeWords(value: string, charset?: string | null): string {
  let text = NOT_ASCII.test(value) ? bytesToText(value, charset) : value;
  if (text.includes('=?'))
    text = charsets().libmime.decodeWords(text.slice(0, MAX_DECODED)) + text.slice(MAX_DECODED);
  return text.replace(CONTROLS, ' ').toWellFormed();
}

/** Text of raw bytes: UTF-8 if it is valid, else the charset named, else the likely one. */
export function bytesToText(bytes: string, charset?: string | null): string {
  if (!NOT_ASCII.test(bytes) || NOT_BYTES.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  const utf8 = buffer.toString('utf8');
  if (!utf8.includes('\ufffd')) return utf8;
  return charsets().iconv.decode(buffer, usableCharset(charset) ?? likelyCharset(buffer));
}

/** The bytes of a text as a latin1 string, UTF-8 encoded. */
export function textToBytes(text: string): string {
  return NOT_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

function usableCharset(charset: string | null | undefined): string | null {
  // RFC 2046 §4.1.2: us-ascii says nothing about such bytes.
  if (!charset || /ascii/i.test(charset)) return null;
  const name = charsets().libmime.normalizeCharset(charset).toLowerCase();
  // The bytes are not UTF-8 and not US-ASCII; UTF-7 and the transfer encodings iconv knows are no charsets of a mail.
  const isSingleByte = /^(?:windows-\d+|koi8-[ru]|iso-8859-\d+|macintosh|x-mac-\w+|ibm\d+|cp\d+)$/.test(name);
  const isMultiByte = /^(?:gb(?:k|2312|18030)|big5(?:-hkscs)?|euc-(?:jp|kr)|shift_jis|ks_c_5601-1987)$/.test(
    name,
  );
  return (isSingleByte || isMultiByte) && charsets().iconv.encodingExists(name) ? name : null;
}

/**
 * A guess for unlabelled bytes of the languages around. Cyrillic text is mostly high bytes; among them small letters
 * prevail, which lie in 0xC0–0xDF in koi8-r and in 0xE0–0xFF in windows-1251. A few high bytes among Latin letters are
 * accents.
 */
function likelyCharset(buffer: Buffer): string {
  let low = 0;
  let high = 0;
  let latin = 0;
  for (const byte of buffer) {
    if (byte >= 0xe0) high++;
    else if (byte >= 0xc0) low++;
    else if ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) latin++;
  }
  if (low + high < 2 || latin > 3 * (low + high)) return 'windows-1252';
  return low > high ? 'koi8-r' : 'windows-1251';
}

/** The value as it may stand in a header: itself when it is printable US-ASCII, else UTF-8 encoded words. */
export function encodeWords(text: string): string {
  const line = text.replace(CONTROLS, ' ').toWellFormed();
  // What looks like an encoded word is encoded too, or it would be decoded to something else.
  if (!NOT_ASCII.test(line) && !line.includes('=?')) return line;
  return charsets().libmime.encodeWord(line, 'B', MAX_WORD);
}

/** Text that Postgres takes: without U+0000 and lone surrogates. */
export function cleanText(text: string): string {
  return (text.includes('\u0000') ? text.replaceAll('\u0000', '') : text).toWellFormed();
}
