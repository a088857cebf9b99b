// Mailbox names on the wire: modified UTF-7 (RFC 3501 §5.1.3) for IMAP4rev1, UTF-8 for IMAP4rev2. Wire names are
// latin1 strings of octets.

const BASE64 = /^[A-Za-z0-9+,]+$/;

/** The name that octets of a client mean; null when they are malformed. 8-bit octets are UTF-8. */
export function decodeMailboxName(octets: string, isUtf8: boolean): string | null {
  if (/[\u0080-\u00ff]/.test(octets)) {
    const text = Buffer.from(octets, 'latin1').toString('utf8');
    return text.includes('\ufffd') ? null : text;
  }
  return isUtf8 ? octets : decodeUtf7(octets);
}

export function encodeMailboxName(name: string, isUtf8: boolean): string {
  return isUtf8 ? Buffer.from(name, 'utf8').toString('latin1') : encodeUtf7(name);
}

export function encodeUtf7(name: string): string {
  return name.replace(/&|[^\u0020-\u007e]+/g, (run) => {
    if (run === '&') return '&-';
    const utf16 = Buffer.from(run, 'utf16le').swap16();
    return `&${utf16.toString('base64').replace(/=+$/, '').replaceAll('/', ',')}-`;
  });
}

/** Null unless it is exactly what `encodeUtf7` writes: one name, one form (RFC 3501 §5.1.3). */
export function decodeUtf7(octets: string): string | null {
  let name = '';
  for (let at = 0; at < octets.length; ) {
    const shift = octets.indexOf('&', at);
    if (shift < 0) {
      name += octets.slice(at);
      break;
    }
    name += octets.slice(at, shift);
    const end = octets.indexOf('-', shift);
    if (end < 0) return null;
    const run = octets.slice(shift + 1, end);
    const decoded = run === '' ? '&' : decodeRun(run);
    if (decoded === null) return null;
    name += decoded;
    at = end + 1;
  }
  return encodeUtf7(name) === octets ? name : null;
}

function decodeRun(run: string): string | null {
  if (!BASE64.test(run)) return null;
  const bytes = Buffer.from(run.replaceAll(',', '/'), 'base64');
  if (bytes.length === 0 || bytes.length % 2 !== 0) return null;
  const text = bytes.swap16().toString('utf16le');
  return text.isWellFormed() ? text : null;
}
