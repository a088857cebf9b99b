// Mail addresses as SMTP writes them: Mailbox and paths. RFC 5321 §4.1.2, with UTF-8 as RFC 6531 §3.3 allows.
//
// An Address is decoded: the local part without quotes and backslashes. Everything that compares or stores addresses uses
// addressKey(), so that one person has one key however the address was written: in quotes where it needs them, and never
// elsewhere. A key is an address, and can be typed again.

import { isAscii } from 'node:buffer';
import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

export interface Address {
  localPart: string;
  /** As written; an address literal keeps its brackets. */
  domain: string;
}

/**
 * In octets of UTF-8. RFC 5321 §4.5.3.1: 64 is what every server must take, and limits are best avoided; forwarders (SRS)
 * and senders of mass mail (VERP) write longer ones every day.
 */
const MAX_LOCAL_PART = 256;
// RFC 5321 §4.5.3.1.2.
const MAX_DOMAIN = 255;
const MAX_LABEL = 63;
/** Longer text can't be an address even when every character is quoted and every label has to be shortened. */
const MAX_TEXT = 1024;

// RFC 5321 §4.1.2 Dot-string; RFC 6531 §3.3 adds what is beyond US-ASCII (C1 controls and the no-break space are not text).
const DOT_STRING =
  /^[!#$%&'*+\-/0-9=?A-Z^_`a-z{|}~\u{a1}-\u{10ffff}]+(?:\.[!#$%&'*+\-/0-9=?A-Z^_`a-z{|}~\u{a1}-\u{10ffff}]+)*$/u;
// RFC 5321 §4.1.2 sub-domain. Underscores are no host name, but hosts that have one do send mail.
const LABEL =
  /^[0-9A-Z_a-z\u{a1}-\u{10ffff}](?:[0-9A-Z_a-z\-\u{a1}-\u{10ffff}]*[0-9A-Z_a-z\u{a1}-\u{10ffff}])?$/u;
// oxlint-disable-next-line no-control-regex -- finding controls is its purpose
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** Reads `local@domain`; null when it is no address. An empty quoted local part is none. */
export function parseAddress(text: string): Address | null {
  if (text.length > MAX_TEXT || CONTROL.test(text) || !text.isWellFormed()) return null;
  const at = text.startsWith('"') ? quotedEnd(text) : text.indexOf('@');
  if (at < 1 || text[at] !== '@') return null;
  const localPart = readLocalPart(text.slice(0, at));
  const domain = text.slice(at + 1);
  if (localPart === null || !(isDomain(domain) || isAddressLiteral(domain))) return null;
  return { localPart, domain };
}

/** Reads `<>` (address null) or `<local@domain>`. Null when it is no path; `<postmaster>` is none either. */
export function parsePath(text: string): { address: Address | null } | null {
  if (!text.startsWith('<') || !text.endsWith('>') || text.length > 2 * MAX_TEXT) return null;
  const inside = text.slice(1, -1);
  if (inside === '') return { address: null };
  const address = parseAddress(withoutSourceRoute(inside));
  return address && { address };
}

/** RFC 5321 §4.1.1.3: `<postmaster>` without a domain, in any case, is a recipient every server takes. */
export function isBarePostmaster(path: string): boolean {
  return path.toLowerCase() === '<postmaster>';
}

// RFC 5321 §4.1.1.3, appendix C: `@one,@two:` in front of the address is taken and ignored.
function withoutSourceRoute(path: string): string {
  if (!path.startsWith('@')) return path;
  const colon = path.indexOf(':');
  const hosts = path.slice(0, Math.max(colon, 0)).split(',');
  return hosts.every((host) => host.startsWith('@') && isDomain(host.slice(1)))
    ? path.slice(colon + 1)
    : path;
}

/** The place behind the closing quote of a text that starts with a quote, or -1. */
function quotedEnd(text: string): number {
  for (let at = 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return -1;
}

function readLocalPart(written: string): string | null {
  const isQuoted = written.startsWith('"');
  // RFC 5321 §4.1.2: a backslash in a quoted string stands before any one printable character.
  const localPart = isQuoted ? written.slice(1, -1).replace(/\\(.)/gu, '$1') : written;
  if (localPart === '' || (!isQuoted && !DOT_STRING.test(localPart))) return null;
  return Buffer.byteLength(localPart) <= MAX_LOCAL_PART ? localPart : null;
}

/** A domain of RFC 5321 §4.1.2, in U-labels too (RFC 6531 §3.3); no trailing dot. */
export function isDomain(text: string): boolean {
  // RFC 5321 §4.5.3.1.2: at most 255 octets.
  if (text === '' || Buffer.byteLength(text) > MAX_DOMAIN) return false;
  if (!text.split('.').every((label) => LABEL.test(label))) return false;
  const ascii = isAsciiText(text) ? text : domainToASCII(text);
  // A name that turns into an IPv4 address by the rules for URLs is none by those for mail.
  if (ascii !== text && /(?:^|\.)[0-9]+$/.test(ascii)) return false;
  return (
    ascii !== '' && ascii.length <= MAX_DOMAIN && ascii.split('.').every((label) => label.length <= MAX_LABEL)
  );
}

// RFC 5321 §4.1.3: [192.0.2.1] and [IPv6:2001:db8::1]; no other tag was ever registered.
export function isAddressLiteral(text: string): boolean {
  if (!text.startsWith('[') || !text.endsWith(']')) return false;
  const inside = text.slice(1, -1);
  if (/^ipv6:/i.test(inside)) return isIPv6(inside.slice(5)) && !inside.includes('%');
  return isIPv4(inside);
}

/** Writes an address, its local part quoted when that is needed. */
export function formatAddress(address: Address): string {
  const { localPart, domain } = address;
  if (DOT_STRING.test(localPart)) return `${localPart}@${domain}`;
  return `"${localPart.replace(/["\\]/g, '\\$&')}"@${domain}`;
}

/**
 * The one form in which addresses are looked up and compared: lower case, NFC, domain in A-labels. RFC 5321 §4.1.2: quotes
 * that a local part does not need say nothing, and are left out.
 */
export function addressKey(address: Address): string {
  const localPart = address.localPart.normalize('NFC').toLowerCase().normalize('NFC');
  return formatAddress({ localPart, domain: domainKey(address.domain) });
}

/** An address as rows have it, read back. What stands in no quotes may hold anything, so the last at sign divides. */
export function addressOfKey(key: string): Address {
  const quoted = key.startsWith('"') ? parseAddress(key) : null;
  if (quoted !== null) return quoted;
  return { localPart: key.slice(0, key.lastIndexOf('@')), domain: domainOfKey(key) };
}

/** What is behind the last at sign: one may stand in a local part in quotes, and none in a domain. */
export function domainOfKey(key: string): string {
  return key.slice(key.lastIndexOf('@') + 1);
}

/** The one form in which domains are looked up and compared: lower case, A-labels. */
export function domainKey(domain: string): string {
  if (domain.startsWith('[')) return literalKey(domain);
  if (isAsciiText(domain)) return domain.toLowerCase();
  return domainToASCII(domain) || domain.toLowerCase();
}

function literalKey(literal: string): string {
  const lower = literal.toLowerCase();
  const ipv6 = /^\[ipv6:(.+)\]$/.exec(lower)?.[1];
  // An IPv6 address can be written in many ways; a URL knows the shortest.
  return ipv6 && isIPv6(ipv6) && !ipv6.includes('%')
    ? `[ipv6:${new URL(`http://[${ipv6}]`).hostname.slice(1, -1)}]`
    : lower;
}

/** Whether the address as it stands needs no SMTPUTF8 (RFC 6531). */
export function isAsciiAddress(address: Address): boolean {
  return isAsciiText(address.localPart) && isAsciiText(address.domain);
}

/** The address for a server without SMTPUTF8: its domain in A-labels. Null when the local part is not US-ASCII. */
export function asciiAddress(address: Address): Address | null {
  if (!isAsciiText(address.localPart)) return null;
  if (isAsciiText(address.domain)) return address;
  return { localPart: address.localPart, domain: domainToASCII(address.domain) };
}

function isAsciiText(text: string): boolean {
  return isAscii(Buffer.from(text));
}
