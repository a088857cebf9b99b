// Addresses and networks as numbers, so that a prefix is a shift. IPv4-mapped addresses are IPv4.
import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The leading `length` bits count. */
export type Bits =
  | { family: 4; value: number; length: number }
  | { family: 6; value: bigint; length: number };

export function addressBits(address: string): Bits | null {
  if (isIPv4(address)) return { family: 4, value: v4Value(address), length: 32 };
  const bare = address.replace(/%.*$/, '');
  if (!isIPv6(bare)) return null;
  const parsed = ipaddr.process(bare);
  if (parsed.kind() === 'ipv4') return { family: 4, value: v4Value(parsed.toString()), length: 32 };
  const octets = Buffer.from(parsed.toByteArray());
  return { family: 6, value: (octets.readBigUInt64BE(0) << 64n) | octets.readBigUInt64BE(8), length: 128 };
}

/** Of `192.0.2.0/24` or of an address. */
export function networkBits(item: string): Bits | null {
  const [address = '', prefix] = item.split('/');
  const bits = addressBits(address);
  if (bits === null || prefix === undefined) return bits;
  const length = Number(prefix);
  if (!Number.isInteger(length) || length < 0) return null;
  if (length <= bits.length) return { ...bits, length };
  // ::ffff:192.0.2.0/120
  return bits.family === 4 && length <= 128 ? { ...bits, length: length - 96 } : null;
}

function v4Value(address: string): number {
  let value = 0;
  for (const octet of address.split('.')) value = value * 256 + Number(octet);
  return value;
}
