// The CHARSET of a search (RFC 9051 §6.4.4): in which the strings of its keys are written.
import { bytesToText } from '@pochtar/mail';
import iconv from 'iconv-lite';

/** RFC 9051 §6.4.4: have to be known; older clients use others too. */
export const NEEDED_CHARSETS = ['UTF-8', 'US-ASCII'] as const;

/** Codings of another kind that go by a charset's way. */
const NO_CHARSET = /^(?:base64|hex|binary|ucs-?2|utf-?7.*|utf-?16.*|utf-?32.*)$/i;

/** Turns octets of a string into text; null when nobody knows the charset. */
export function searchDecoder(charset: string | null): ((octets: string) => string) | null {
  if (charset === null || NEEDED_CHARSETS.some((each) => each === charset.toUpperCase())) return bytesToText;
  if (NO_CHARSET.test(charset) || !iconv.encodingExists(charset)) return null;
  return (octets) => iconv.decode(Buffer.from(octets, 'latin1'), charset);
}
