// A header in US-ASCII, for a server that takes no other: raw text becomes encoded words (RFC 2047) or extended parameters
// (RFC 2231), the domains of addresses A-labels. What means something octet for octet cannot be changed. RFC 6857 §3 in spirit.
import { isAscii } from 'node:buffer';
import { asciiAddress, formatAddress } from './address.ts';
import { listedAddresses, parseAddressList } from './address-list.ts';
import { parseContentType, parseDisposition } from './content-type.ts';
import { foldHeader, type HeaderField, parseHeaderFields } from './header.ts';
import { bytesToText, decodeWords, encodeWords, NOT_ASCII } from './words.ts';

const ADDRESSES = /^(?:resent-)?(?:from|sender|reply-to|to|cc|bcc)$/;
/** RFC 2047 §5: no encoded words in these. */
const FIXED =
  /^(?:date|resent-date|message-id|resent-message-id|in-reply-to|references|return-path|content-id|mime-version|dkim-signature|arc-.*|authentication-results|content-transfer-encoding|list-.*)$/;

/** Null when that cannot be: an address has a local part in UTF-8, or a field allows no encoded words. */
export function sevenBitHeader(header: Buffer): Buffer | null {
  if (isAscii(header)) return header;
  const pieces: Buffer[] = [];
  let at = 0;
  for (const field of parseHeaderFields(header)) {
    const between = header.subarray(at, field.start);
    const bytes = header.subarray(field.start, field.end);
    const written = isAscii(bytes) ? bytes : encoded(field);
    if (written === null || !isAscii(between)) return null;
    pieces.push(between, typeof written === 'string' ? Buffer.from(written) : written);
    at = field.end;
  }
  const rest = header.subarray(at);
  return isAscii(rest) ? Buffer.concat([...pieces, rest]) : null;
}

function encoded(field: HeaderField): string | null {
  const { name, lower, value } = field;
  if (FIXED.test(lower) || NOT_ASCII.test(name)) return null;
  if (lower === 'received') return withoutRecipient(field);
  if (ADDRESSES.test(lower)) return addresses(field);
  const parameterised =
    lower === 'content-type' ? contentType(value) : lower === 'content-disposition' ? disposition(value) : '';
  if (parameterised === null) return null;
  return foldHeader(name, parameterised === '' ? encodeWords(decodeWords(value)) : parameterised);
}

/** RFC 6857 §3.1.10: whom a mail was for is what may be in UTF-8 there. */
function withoutRecipient({ name, value }: HeaderField): string | null {
  const left = value.replace(/[ \t]for[ \t]+<?[^ \t;>]*>?/i, '');
  return NOT_ASCII.test(left) ? null : foldHeader(name, left);
}

function addresses({ name, value }: HeaderField): string | null {
  const written: string[] = [];
  for (const entry of parseAddressList(value)) {
    const members = entry.kind === 'group' ? entry.members : [entry];
    const list = members.map(address);
    if (list.includes(null)) return null;
    const text = list.join(', ');
    written.push(entry.kind === 'group' ? `${phrase(entry.name)}: ${text};` : text);
  }
  return written.length === 0 ? null : foldHeader(name, written.join(', '));
}

type Entry = Extract<ReturnType<typeof parseAddressList>[number], { kind: 'address' }>;

function address(entry: Entry): string | null {
  const { localPart, domain } = entry;
  if (localPart === null || domain === null) return null;
  // RFC 6531 §3.3: of a domain there is a form in US-ASCII, of a local part there is none.
  const [read] = listedAddresses(`<"${localPart.replace(/["\\]/g, '\\$&')}"@${domain}>`);
  const ascii = read?.address && asciiAddress(read.address);
  if (!ascii) return null;
  return entry.name === null || entry.name === ''
    ? `<${formatAddress(ascii)}>`
    : `${phrase(entry.name)} <${formatAddress(ascii)}>`;
}

function phrase(name: string): string {
  const words = encodeWords(decodeWords(name));
  return words.startsWith('=?') ? words : `"${words.replace(/["\\]/g, '\\$&')}"`;
}

function contentType(value: string): string | null {
  const read = parseContentType(value);
  return read && `${read.type}/${read.subtype}${parameters(read.parameters)}`;
}

function disposition(value: string): string | null {
  const read = parseDisposition(value);
  return read && `${read.type}${parameters(read.parameters)}`;
}

function parameters(read: ReadonlyMap<string, string>): string {
  return [...read].map(([name, value]) => `; ${parameter(name, value)}`).join('');
}

// RFC 2231 §4: the charset, a language that is left out, and octets of the text in percent.
function parameter(name: string, value: string): string {
  if (name.endsWith('*')) return `${name}=${value}`;
  if (!NOT_ASCII.test(value)) return `${name}="${value.replace(/["\\]/g, '\\$&')}"`;
  const octets = encodeURIComponent(bytesToText(value).toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${name}*=utf-8''${octets}`;
}
