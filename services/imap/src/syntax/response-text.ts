// Strings of responses (RFC 9051 §9). Text is latin1 octets.

/** An atom where the grammar allows it, otherwise quoted, otherwise a literal. */
export function formatAstring(octets: string): string {
  if (octets !== '' && !/[^!#$&'+,\-./0-9:;<=>?@A-Z[\]^_`a-z|}~]/.test(octets) && !/^NIL$/i.test(octets))
    return octets;
  return formatString(octets);
}

export function formatString(octets: string): string {
  // RFC 9051 §9 QUOTED-CHAR: 7-bit TEXT-CHARs; what else there is goes into a literal.
  if (/[^\u0020-\u007e\t]/.test(octets)) return `{${octets.length}}\r\n${octets}`;
  return `"${octets.replace(/["\\]/g, '\\$&')}"`;
}

/** UTF-8 in quotes, for clients that enabled IMAP4rev2 (RFC 9051 §9 UTF8-2 in QUOTED-CHAR). */
export function formatUtf8(octets: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(octets)) return `{${octets.length}}\r\n${octets}`;
  return `"${octets.replace(/["\\]/g, '\\$&')}"`;
}
