// The name under which an address is looked up in a zone. RFC 5782 §2.1 and §2.4.
import { isIP } from 'node:net';
import { reversedAddress } from '@pochtar/runtime';
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
  return LOCAL_RANGES.has(parsed.range()) ? null : reversedAddress(parsed.toString());
}

/** RFC 5782 §5: a zone must not list this address; one that does lists everybody. */
export function neverListedName(address: string): string {
  return reversedAddress(ipaddr.process(address).kind() === 'ipv4' ? '127.0.0.1' : '::ffff:127.0.0.1');
}
