// The name under which an address is looked up in a zone. RFC 5782 §2.1 and §2.4.
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** No list has these, and asking would tell a third party of our network. */
const LOCAL_RANGES = new Set([
  'loopback',
  'private',
  'linkLocal',
  'uniqueLocal',
  'carrierGradeNat',
  'unspecified',
  'broadcast',
  'multicast',
  'discard',
]);

/** Reversed octets or nibbles, or null for an address that is never looked up (loopback, private, none at all). */
export function reversedName(address: string): string | null {
  if (isIP(address.replace(/%.*$/, '')) === 0) return null;
  // An IPv4 client of a listener for both families is IPv4.
  const parsed = ipaddr.process(address.replace(/%.*$/, ''));
  if (LOCAL_RANGES.has(parsed.range())) return null;
  return parsed.kind() === 'ipv4' ? reversedOctets(parsed) : reversedNibbles(parsed);
}

/** RFC 5782 §5: a zone must not list this address; one that does lists everybody. */
export function neverListedName(address: string): string {
  return ipaddr.process(address).kind() === 'ipv4'
    ? '1.0.0.127'
    : reversedNibbles(ipaddr.parse('::ffff:127.0.0.1'));
}

// RFC 5782 §2.1: 192.0.2.99 is looked up as 99.2.0.192.
function reversedOctets(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return address.toByteArray().toReversed().join('.');
}

// RFC 5782 §2.4: IPv6 by nibbles, the last one first.
function reversedNibbles(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  const hex = Buffer.from(address.toByteArray()).toString('hex');
  return hex.split('').toReversed().join('.');
}
