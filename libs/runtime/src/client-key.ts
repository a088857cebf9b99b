// Who counts as one client: an IPv4 address, and of IPv6 the /64 around the address, since whoever has one address there
// has them all.
import { isIPv6 } from 'node:net';

/** The key under which what an address does is counted. */
export function clientKey(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const behind = tail === '' ? 0 : tail.split(':').length;
    while (groups.length < 8 - behind) groups.push('0');
  }
  const network = groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${network.join(':')}::/64`;
}

const KNOWN_MS = 24 * 3_600_000;
const MAX_KNOWN = 100_000;

/** Clients that have shown within a day that they are no strangers. Bounded: the oldest go first. */
export class KnownClients {
  readonly #until = new Map<string, number>();

  add(address: string, now = Date.now()): void {
    const key = clientKey(address);
    this.#until.delete(key);
    this.#until.set(key, now + KNOWN_MS);
    if (this.#until.size <= MAX_KNOWN) return;
    const [oldest] = this.#until.keys();
    if (oldest !== undefined) this.#until.delete(oldest);
  }

  has(address: string, now = Date.now()): boolean {
    return (this.#until.get(clientKey(address)) ?? 0) > now;
  }
}
