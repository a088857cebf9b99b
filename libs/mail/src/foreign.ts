// The one encoder for text of strangers (HELO names, replies of other servers, virus names) wherever it is put into a
// generated header, reply or report: printable US-ASCII, bounded, and unable to end the syntax around it.

/** What stays as it is. Quotes, backslash, brackets and percent would mean something in quoted strings and comments. */
const HARMLESS = /^[ !#$&'*+,\-./0-9:;=?@A-Z[\]^_`a-z{|}~]$/;
const CUT = '...';

/**
 * Percent-encodes (as UTF-8) what is not harmless, and cuts with `...` at `max` characters of output.
 * Two texts never get the same result unless they were cut.
 */
export function printableForeign(text: string, max = 200): string {
  let out = '';
  let cutAt = 0;
  for (const char of text.slice(0, max + 1).toWellFormed()) {
    out += HARMLESS.test(char) ? char : percent(char);
    if (out.length > max) return `${out.slice(0, cutAt)}${CUT}`;
    if (out.length <= max - CUT.length) cutAt = out.length;
  }
  return out;
}

/** The same in quotes, `max` characters with them. */
export function encodeForeign(text: string, max = 200): string {
  return `"${printableForeign(text, max - 2)}"`;
}

function percent(char: string): string {
  let out = '';
  for (const octet of Buffer.from(char, 'utf8'))
    out += `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  return out;
}
