// The white and the black list as a pure decision (settings.md, accessLists).
//
// Entries of addresses and networks decide first: the longest prefix wins, white when equal. Only where none of
// them matches, names decide: the closest one wins (mailbox, mail server, longest domain), white when equal, and a
// white name counts only as SPF allows. So a black address is never lifted by a white name.
import { type Address, addressKey, domainKey } from '@pochtar/mail';
import type { AccessListsSettings } from '@pochtar/settings';
import ipaddr from 'ipaddr.js';

export type ListColour = 'white' | 'black';

export interface SenderNames {
  /** The envelope's sender; null is the empty path. */
  reversePath: Address | null;
  /** The client's name, if its forward and reverse records agree. */
  reverseName: string | null;
  /** What SPF said of the sender; null when it was not asked. */
  spf: 'pass' | 'fail' | 'none' | null;
}

interface Entry {
  colour: ListColour;
  /** Milliseconds since 1970; infinite when the entry does not expire. */
  until: number;
}

interface NetworkEntry extends Entry {
  /** The address bits of the network, as many as its prefix has. */
  bits: string;
}

export class AccessList {
  readonly #networks = new Map<string, NetworkEntry[]>();
  /** Lengths of prefix that occur, longest first. */
  readonly #lengths: { v4: number[]; v6: number[] };
  readonly #names = new Map<string, Entry[]>();
  readonly #spfRule: AccessListsSettings['whiteNamesNeedSpf'];
  /** A white name may relay without a login. */
  readonly relaysForNames: boolean;

  constructor(settings: AccessListsSettings) {
    this.#spfRule = settings.whiteNamesNeedSpf;
    this.relaysForNames = settings.relayForWhitelistedSenders;
    const objects = new Map(settings.networks.map(({ name, addresses }) => [name.toLowerCase(), addresses]));
    for (const colour of ['white', 'black'] as const) {
      for (const { value, expiresAt } of settings[colour]) {
        const entry = { colour, until: expiresAt === '' ? Number.POSITIVE_INFINITY : Date.parse(expiresAt) };
        for (const item of expand(value, objects)) this.#add(item, entry);
      }
    }
    this.#lengths = { v4: this.#lengthsOf('4'), v6: this.#lengthsOf('6') };
  }

  /** What the lists say of a client's address. Text that is no address is in no list. */
  address(address: string, now: number): ListColour | null {
    if (this.#networks.size === 0) return null;
    const bits = addressBits(address);
    if (bits === null) return null;
    const family = bits.length === 32 ? '4' : '6';
    for (const length of family === '4' ? this.#lengths.v4 : this.#lengths.v6) {
      const key = `${family} ${bits.slice(0, length)}`;
      const found = strongest(this.#networks.get(key), now);
      if (found) return found;
    }
    return null;
  }

  /** What the lists say of a sender's names; asked only when they say nothing of the address. */
  names(names: SenderNames, now: number): ListColour | null {
    if (this.#names.size === 0) return null;
    for (const key of nameKeys(names)) {
      const entries = (this.#names.get(key) ?? []).filter(
        (entry) => entry.colour === 'black' || this.#whiteNameCounts(names.spf),
      );
      const found = strongest(entries, now);
      if (found) return found;
    }
    return null;
  }

  #whiteNameCounts(spf: SenderNames['spf']): boolean {
    if (this.#spfRule === 'no') return true;
    return this.#spfRule === 'pass' ? spf === 'pass' : spf !== null && spf !== 'fail';
  }

  #add(item: string, entry: Entry): void {
    const network = networkBits(item);
    if (network === null) {
      const key = nameKey(item);
      this.#names.set(key, [...(this.#names.get(key) ?? []), entry]);
      return;
    }
    const key = `${network.family} ${network.bits}`;
    this.#networks.set(key, [...(this.#networks.get(key) ?? []), { ...entry, bits: network.bits }]);
  }

  #lengthsOf(family: '4' | '6'): number[] {
    const lengths = new Set<number>();
    for (const [key, entries] of this.#networks) {
      if (key.startsWith(family)) lengths.add(entries[0]?.bits.length ?? 0);
    }
    return [...lengths].toSorted((a, b) => b - a);
  }
}

function strongest(entries: readonly Entry[] | undefined, now: number): ListColour | null {
  let found: ListColour | null = null;
  for (const { colour, until } of entries ?? []) {
    if (until <= now) continue;
    if (colour === 'white') return 'white';
    found = 'black';
  }
  return found;
}

function expand(value: string, objects: ReadonlyMap<string, readonly string[]>): readonly string[] {
  if (!value.startsWith('network:')) return [value];
  return objects.get(value.slice('network:'.length).toLowerCase()) ?? [];
}

/** The bits of an address as text; IPv4-mapped addresses are IPv4. */
function addressBits(address: string): string | null {
  if (!ipaddr.isValid(address)) return null;
  return ipaddr
    .process(address)
    .toByteArray()
    .map((octet) => octet.toString(2).padStart(8, '0'))
    .join('');
}

function networkBits(item: string): { family: '4' | '6'; bits: string } | null {
  // `10` is a valid address for ipaddr.js and a domain for nobody; settings only hold whole addresses.
  const [address = '', length] = item.split('/');
  if (!/[.:]/.test(address) || item.includes('@')) return null;
  const bits = addressBits(address);
  if (bits === null) return null;
  const family = bits.length === 32 ? '4' : '6';
  return { family, bits: length === undefined ? bits : bits.slice(0, Number(length)) };
}

/** Entries as they are looked up: `user@domain`, `@domain`, `domain`. */
function nameKey(item: string): string {
  const at = item.lastIndexOf('@');
  if (at > 0) return addressKey({ localPart: item.slice(0, at), domain: item.slice(at + 1) });
  return at === 0 ? `@${domainKey(item.slice(1))}` : domainKey(item);
}

/** The keys under which a sender may stand in a list, closest first. */
function* nameKeys({ reversePath, reverseName }: SenderNames): Generator<string> {
  if (reversePath) {
    yield addressKey(reversePath);
    yield `@${domainKey(reversePath.domain)}`;
  }
  if (reverseName === null) return;
  // A domain stands for its subdomains too.
  const labels = domainKey(reverseName).split('.');
  for (let from = 0; from < labels.length; from++) yield labels.slice(from).join('.');
}
