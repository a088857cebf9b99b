// Addresses as DNS writes them, the last part first: for the name of an address (RFC 1035 §3.5; RFC 3596 §2.5) and for lists
// of addresses (RFC 5782 §2.1 and §2.4).
import { isIPv6 } from 'node:net';

/** `192.0.2.1` -> `1.2.0.192.in-addr.arpa` */
export function reversePointer(address: string): string {
  const bare = address.replace(/%.*$/, '');
  return `${reversedAddress(bare)}.${isIPv6(bare) ? 'ip6' : 'in-addr'}.arpa`;
}

/** Octets of IPv4, nibbles of IPv6; an address without a zone. */
export function reversedAddress(address: string): string {
  if (!isIPv6(address)) return address.split('.').toReversed().join('.');
  const nibbles = groupsOf(address).map((group) => group.padStart(4, '0'));
  return nibbles.join('').split('').toReversed().join('.');
}

function groupsOf(address: string): string[] {
  // A URL knows the one spelling with eight groups of hexadecimal digits or fewer and `::`.
  const shortest = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = shortest.split('::');
  const [left, right] = [head, tail ?? ''].map((text) => text.split(':').filter(Boolean)) as [
    string[],
    string[],
  ];
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
}
