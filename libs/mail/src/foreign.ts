// The one encoder for text of strangers (HELO names, replies of other servers, virus names) wherever it is put into a
// generated header, reply or report: printable US-ASCII, bounded, and unable to end the syntax around it.

/** Octets that stay as they are in unstructured text. */
const PRINTABLE = /^[ -~]$/;
/** Inside a quoted string or a comment; quotes, backslash, round brackets and percent would mean something there. */
const HARMLESS = /^[ !#$&'*+,\-./0-9:;<=>?@A-Z[\]^_`a-z{|}~]$/;
const CUT = '...';

/**
 * For unstructured places: what is not printable is percent-encoded (as UTF-8), and the end is cut to `...` so that the
 * result has at most `max` characters.
 */
export function printableForeign(text: string, max = 200): string {
  return encode(text, max, PRINTABLE);
}

/** For words, quoted strings and comments: in quotes, at most `max` characters with them. Uncut, it can be reversed. */
export function encodeForeign(text: string, max = 200): string {
  return `"${encode(text, max - 2, HARMLESS)}"`;
}

function encode(text: string, max: number, unchanged: RegExp): string {
  let out = '';
  let cutAt = 0;
  // No character gives less than one, so what lies beyond `max` is never looked at.
  for (const char of text.slice(0, max + 2).toWellFormed()) {
    out += unchanged.test(char) ? char : percent(char);
    if (out.length > max) return `${out.slice(0, cutAt)}${CUT}`.slice(0, Math.max(max, 0));
    if (out.length <= max - CUT.length) cutAt = out.length;
  }
  return out;
}

function percent(char: string): string {
  let out = '';
  for (const octet of Buffer.from(char, 'utf8'))
    out += `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  return out;
}
