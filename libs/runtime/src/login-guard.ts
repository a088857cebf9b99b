// Password guessing: after so many failed log-ins an address is banned for a while (settings section limits).
// Counted by each process for itself, in bounded memory. A success does not wipe failures out: who has one
// password could otherwise guess others for ever.
import { isIPv6 } from 'node:net';

export interface LoginLimits {
  /** Failed log-ins that are let pass. */
  failedLogins: number;
  banMinutes: number;
}

interface Entry {
  failures: number;
  /** When its failures are forgotten, and its ban ends. */
  until: number;
}

const MAX_ADDRESSES = 100_000;

export class LoginGuard {
  readonly #limits: () => LoginLimits;
  /** Oldest failure first. */
  readonly #entries = new Map<string, Entry>();

  constructor(limits: () => LoginLimits) {
    this.#limits = limits;
  }

  isBanned(address: string, now = Date.now()): boolean {
    const entry = this.#entries.get(keyOf(address));
    return entry !== undefined && entry.until > now && entry.failures >= this.#limits().failedLogins;
  }

  failed(address: string, now = Date.now()): void {
    const key = keyOf(address);
    const known = this.#entries.get(key);
    const failures = (known !== undefined && known.until > now ? known.failures : 0) + 1;
    this.#entries.delete(key);
    this.#entries.set(key, { failures, until: now + this.#limits().banMinutes * 60_000 });
    if (this.#entries.size <= MAX_ADDRESSES) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}

// Whoever has one IPv6 address has the /64 around it.
function keyOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const behind = tail === '' ? 0 : tail.split(':').length;
    while (groups.length < 8 - behind) groups.push('0');
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
