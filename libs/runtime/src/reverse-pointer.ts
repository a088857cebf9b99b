// The name under which DNS keeps the name of an address: RFC 1035 §3.5; RFC 3596 §2.5.
import { isIPv6 } from 'node:net';

/** `192.0.2.1` -> `1.2.0.192.in-addr.arpa` */
export function reversePointer(address: string): string {
  const bare = address.replace(/%.*$/, '');
  if (!isIPv6(bare)) return `${bare.split('.').toReversed().join('.')}.in-addr.arpa`;
  const nibbles = groupsOf(bare).map((group) => group.padStart(4, '0'));
  return `${nibbles.join('').split('').toReversed().join('.')}.ip6.arpa`;
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
