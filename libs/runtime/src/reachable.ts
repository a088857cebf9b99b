// Which addresses may be connected to on the word of somebody else. Whoever may send mail names hosts with it
// (`x@[10.0.0.1]`, an MX record of their own), and a web hook has a name that anybody's DNS may answer for: that must not
// make this server talk to its own network. A relay is our own setting, and may be anywhere.
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { localNetworks } from './local-address.ts';

/** RFC 6890: not of the public internet; multicast, reserved and broadcast are no host's either. */
const PRIVATE_IPV4 = [...localNetworks.ipv4, '224.0.0.0/3'];
const PRIVATE_IPV6 = [...localNetworks.ipv6, 'ff00::/8'];

/** A network as `10.1.0.0/16` or `fd00::/8`, or a single address; throws `RangeError` when it is none. */
export function networks(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', prefix] = text.trim().split('/');
    const family = familyOf(address);
    const bits = prefix === undefined ? (family === 'ipv4' ? 32 : 128) : Number(prefix);
    if (family === null || !Number.isInteger(bits)) throw new RangeError(`"${text}" is no network`);
    list.addSubnet(address, bits, family);
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const family = isIP(address);
  return family === 0 ? null : family === 4 ? 'ipv4' : 'ipv6';
}

const isPrivate = ((): BlockList => {
  const list = networks([...PRIVATE_IPV4, ...PRIVATE_IPV6]);
  for (const text of PRIVATE_IPV4) {
    const [network = '', bits] = text.split('/');
    const prefix = Number(bits);
    // RFC 4291 §2.5.5, RFC 6052 §2.1, RFC 3056 §2: the same, written as IPv6 or reached by way of it.
    list.addSubnet(`::ffff:${network}`, 96 + prefix, 'ipv6');
    list.addSubnet(`::${network}`, 96 + prefix, 'ipv6');
    list.addSubnet(`64:ff9b::${network}`, 96 + prefix, 'ipv6');
    const [a = 0, b = 0, c = 0, d = 0] = network.split('.').map(Number);
    const group = (high: number, low: number): string => (high * 256 + low).toString(16);
    list.addSubnet(`2002:${group(a, b)}:${group(c, d)}::`, 16 + prefix, 'ipv6');
  }
  return list;
})();

export type Unfit = 'private' | 'own';

/** Why this address is not connected to; null: it may be. */
export function unfit(
  address: string,
  allowed: BlockList,
  own: ReadonlySet<string> = ownAddresses(),
): Unfit | null {
  const family = familyOf(address);
  if (family === null) return 'private';
  if (allowed.check(address, family)) return null;
  if (isPrivate.check(address, family)) return 'private';
  return own.has(address) ? 'own' : null;
}

function ownAddresses(): Set<string> {
  return new Set(
    Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => address) ?? []),
  );
}
