// White-listed clients are let through here too. smtp decides for all entries before it asks (names need the
// verified reverse name and SPF, which only it has); this keeps addresses and networks true for whoever asks.
import { networkSet } from '@pochtar/runtime';
import { type AccessListsSettings, accessEntry } from '@pochtar/settings';

export class WhiteClients {
  readonly #current: () => AccessListsSettings;
  #made: { lists: AccessListsSettings; until: number; has: (address: string) => boolean } | null = null;

  /** `current` gives the newest lists; a new document is noticed by its identity. */
  constructor(current: () => AccessListsSettings) {
    this.#current = current;
  }

  has(clientAddress: string, now = Date.now()): boolean {
    const lists = this.#current();
    if (this.#made?.lists !== lists || this.#made.until <= now) this.#made = compile(lists, now);
    return this.#made.has(clientAddress);
  }
}

function compile(lists: AccessListsSettings, now: number) {
  const live = lists.white.filter(({ expiresAt }) => expiresAt === '' || Date.parse(expiresAt) > now);
  const ends = live.flatMap(({ expiresAt }) => (expiresAt === '' ? [] : [Date.parse(expiresAt)]));
  const addresses = live.flatMap(({ value }) => addressesOf(value, lists));
  return { lists, until: Math.min(...ends, Number.POSITIVE_INFINITY), has: networkSet(addresses) };
}

function addressesOf(entry: string, lists: AccessListsSettings): readonly string[] {
  const read = accessEntry(entry);
  if (read?.kind === 'address' || read?.kind === 'network') return [read.value];
  if (read?.kind !== 'namedNetwork') return [];
  const name = read.value.slice('network:'.length).toLowerCase();
  return lists.networks.find((network) => network.name.toLowerCase() === name)?.addresses ?? [];
}
