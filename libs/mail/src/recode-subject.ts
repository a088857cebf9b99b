// The subject of a mail that leaves: UTF-8 in encoded words, whatever charset its client used. RFC 2047 §2.
//
// Clients of old write koi8-r or windows-1251, in encoded words or as bytes without a label; what no reader could decode
// stays as it is.
import { parameterOctets, parseContentType } from './content-type.ts';
import { foldHeader, type HeaderField } from './header.ts';
import { decodeWords, encodeWords, NOT_ASCII } from './words.ts';

/** RFC 2047 §2: encoded-word, its charset first; RFC 2231 §5 lets a language follow. */
const CHARSETS = /=\?([^?* \t\r\n]+)(?:\*[^? \t\r\n]*)?\?[BbQq]\?[^? \t\r\n]*\?=/g;
const UNDECODED = '\ufffd';

/** The field as it is to be written, with its line end; null: it stays. */
export function recodedSubject({ name, value }: HeaderField, fields: readonly HeaderField[]): string | null {
  const charsets = [...value.matchAll(CHARSETS)].map(([, charset]) => charset?.toLowerCase());
  const isUtf8 = charsets.every((charset) => charset === 'utf-8' || charset === 'us-ascii');
  if (isUtf8 && !NOT_ASCII.test(value)) return null;
  const contentType = parseContentType(fields.find(({ lower }) => lower === 'content-type')?.value ?? '');
  const charset = contentType && parameterOctets(contentType.parameters, 'charset');
  const text = decodeWords(value, charset);
  return text.includes(UNDECODED) || text.includes('=?') ? null : foldHeader(name, encodeWords(text));
}
