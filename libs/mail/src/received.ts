// Trace fields: Received and Return-Path. RFC 5321 §4.4, with the protocol names of RFC 3848 and RFC 6531 §3.7.3.

import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Address } from './address.ts';
import { formatAddress, isAddressLiteral, isAsciiAddress, isDomain, parseAddress } from './address.ts';
import { trimBlanks } from './blanks.ts';
import { formatDate } from './date.ts';
import { encodeForeign } from './foreign.ts';
import type { HeaderField } from './header.ts';
import { foldHeader } from './header.ts';

/** RFC 3848 and RFC 6531 §3.7.3. */
export type TransmissionType =
  | 'SMTP'
  | 'ESMTP'
  | 'ESMTPA'
  | 'ESMTPS'
  | 'ESMTPSA'
  | 'UTF8SMTP'
  | 'UTF8SMTPA'
  | 'UTF8SMTPS'
  | 'UTF8SMTPSA'
  | 'LMTP'
  | 'LMTPA'
  | 'LMTPS'
  | 'LMTPSA';

export interface Trace {
  /** What the client said in EHLO or HELO. */
  helo: string;
  /** IP address of the client; null when it is not told (submitted mail): a literal in `helo` is not told either. */
  clientAddress: string | null;
  /** Host name of the client, if it was confirmed. */
  reverseName?: string | null;
  by: string;
  protocol: TransmissionType;
  id: string;
  tls?: { version: string; cipher: string } | null;
  /** Only for a single recipient, or others would learn of each other. RFC 5321 §7.2. */
  for?: Address | null;
  date: Date;
  /** Minutes east of Greenwich. */
  offset?: number;
}

/** One Received field with its line end. */
export function receivedField(trace: Trace): Buffer {
  const tcpInfo = trace.clientAddress
    ? `${reverseText(trace.reverseName)}${addressLiteral(trace.clientAddress)}`
    : '';
  const clauses = [`from ${fromText(trace.helo, trace.clientAddress)}${tcpInfo ? ` (${tcpInfo})` : ''}`];
  if (trace.tls)
    clauses.push(`(using ${wordText(trace.tls.version, 20)} with cipher ${wordText(trace.tls.cipher, 60)})`);
  clauses.push(`by ${trace.by} with ${trace.protocol} id ${trace.id}`);
  // RFC 6531 §3.7.3: UTF-8 in a trace field only where the mail came by SMTPUTF8.
  if (trace.for && (isAsciiAddress(trace.for) || trace.protocol.startsWith('UTF8'))) {
    clauses.push(`for <${formatAddress(trace.for)}>`);
  }
  return Buffer.from(foldHeader('Received', `${clauses.join(' ')}; ${formatDate(trace.date, trace.offset)}`));
}

// RFC 5321 §4.4 Extended-Domain: the name the client gave, where it is one. What is neither a domain nor an address
// literal is not repeated: the literal of the connection stands for it.
function fromText(helo: string, clientAddress: string | null): string {
  const domain = helo.replace(/\.$/, '');
  const isNumeric = isIPv4(domain) || isAddressLiteral(helo);
  if (isDomain(domain) && !isNumeric) return isAsciiDomain(domain) ? domain : domainToASCII(domain);
  // An untold client's literal would tell.
  if (clientAddress === null) return 'localhost';
  return isAddressLiteral(helo) ? helo : addressLiteral(clientAddress);
}

function isAsciiDomain(text: string): boolean {
  return /^[0-9A-Za-z_.-]{1,255}$/.test(text);
}

function reverseText(name: string | null | undefined): string {
  return name ? `${wordText(name, 255)} ` : '';
}

function wordText(text: string, max: number): string {
  return isAsciiDomain(text) && text.length <= max ? text : encodeForeign(text, max);
}

/** RFC 5321 §4.1.3: `[192.0.2.1]`, `[IPv6:2001:db8::1]`. IPv4 mapped into IPv6 is written as IPv4. */
export function addressLiteral(ip: string): string {
  const mapped = /^::ffff:([0-9.]+)$/i.exec(ip)?.[1];
  if (mapped && isIPv4(mapped)) return `[${mapped}]`;
  if (isIPv4(ip)) return `[${ip}]`;
  // A zone (`fe80::1%eth0`) names a device of ours.
  const bare = ip.replace(/%.*$/s, '');
  return isIPv6(bare) ? `[IPv6:${bare}]` : encodeForeign(ip, 60);
}

/** Return-Path with its line end; null is the empty path. RFC 5321 §4.4. */
export function returnPathField(address: Address | null): Buffer {
  // Not folded: a quoted local part may hold blanks that folding would touch.
  return Buffer.from(`Return-Path: <${address ? formatAddress(address) : ''}>\r\n`);
}

/** The path of a Return-Path field's value (latin1), undefined when it is damaged. */
export function parseReturnPath(value: string): Address | null | undefined {
  const path = Buffer.from(trimBlanks(value), 'latin1').toString('utf8');
  if (path === '<>') return null;
  return (path.startsWith('<') && path.endsWith('>') && parseAddress(path.slice(1, -1))) || undefined;
}

/** RFC 5321 §6.3: many Received fields are the sign of a loop. */
export function countReceived(fields: readonly HeaderField[]): number {
  return fields.reduce((count, field) => (field.lower === 'received' ? count + 1 : count), 0);
}
