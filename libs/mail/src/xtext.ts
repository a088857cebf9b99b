// Encodings of the SMTP DSN parameters: xtext (RFC 3461 §4) and the UTF-8 form of it (RFC 6533 §3).

/** Text as xtext: printable US-ASCII without `+` and `=`; other octets are `+HH`. */
export function encodeXtext(text: string): string {
  let out = '';
  for (const octet of Buffer.from(text, 'utf8')) {
    const isPlain = octet >= 0x21 && octet <= 0x7e && octet !== 0x2b && octet !== 0x3d;
    out += isPlain ? String.fromCharCode(octet) : `+${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

/** Null when it is no xtext. Octets are read as UTF-8. */
export function decodeXtext(xtext: string): string | null {
  if (!/^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/.test(xtext)) return null;
  const bytes = xtext.replace(/\+(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

export interface OriginalRecipient {
  /** Address type, lower case: rfc822, utf-8 and others. */
  type: string;
  /** Decoded. */
  address: string;
}

/** The value of ORCPT. RFC 3461 §4.2, RFC 6533 §3. Null when it is invalid (then the command gets a 501). */
export function parseOriginalRecipient(value: string): OriginalRecipient | null {
  // RFC 3461 §4.2: at most 500 characters.
  const found = value.length <= 500 ? /^([!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+);(.+)$/su.exec(value) : null;
  if (!found) return null;
  const type = found[1]?.toLowerCase() ?? '';
  const address = type === 'utf-8' ? decodeUtf8Address(found[2] ?? '') : decodeXtext(found[2] ?? '');
  return address === null ? null : { type, address };
}

// RFC 6533 §3 utf-8-addr-xtext and utf-8-addr-unitext: `\x{HEX}` stands for one character.
function decodeUtf8Address(text: string): string | null {
  // oxlint-disable-next-line no-control-regex -- controls are what must not be there
  if (/[\u0000-\u0020\u007f-\u009f]/.test(text) || !text.isWellFormed()) return null;
  let isValid = true;
  const decoded = text.replace(/\\x\{([0-9A-F]{1,6})\}|\\/gi, (_, hex: string | undefined) => {
    const code = Number.parseInt(hex ?? 'ffffff', 16);
    const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    if (!isCharacter) isValid = false;
    return isCharacter ? String.fromCodePoint(code) : '';
  });
  return isValid ? decoded : null;
}
