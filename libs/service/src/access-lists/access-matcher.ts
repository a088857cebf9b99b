// The white list and the black list, compiled for look-ups (settings.md, accessLists): a hash look-up for each length of
// prefix that occurs and for each name, however many entries there are. Changes are taken one by one.
//
// Entries of addresses and networks decide first: the longest prefix wins, white when equal. Only where none of
// them matches, names decide: the closest one wins (mailbox, mail server, longest domain), white when equal. The name of a
// sender anybody can write: where it is white it counts only as SPF allows. The name of a client is confirmed by DNS. So
// a black address is never lifted by a white name. An entry ends at its time.
import { type Address, addressKey, addressOfKey, domainKey } from '@pochtar/mail';
import { Turn } from '@pochtar/runtime';
import type { AccessListsSettings } from '@pochtar/settings';
import type { AccessChanges, AccessEntry, ListColour } from '@pochtar/store/lists';
import { addressBits, type Bits, networkBits } from './address-bits.ts';

/** The entry that decides. */
export interface Deciding {
  readonly id: number;
  readonly list: ListColour;
  /** Of a white address: it may send anywhere; otherwise it is spared the checks and nothing more. */
  readonly opensRelay: boolean;
}

export interface SenderNames {
  /** The envelope's sender; null is the empty path. */
  reversePath: Address | null;
  /** The client's names whose forward and reverse records agree. */
  reverseNames: readonly string[];
  /** What SPF said of the sender; null when it was not asked. */
  spf: 'pass' | 'fail' | 'none' | null;
}

interface Compiled extends Deciding {
  /** Milliseconds since 1970; infinite when the entry does not expire. */
  readonly until: number;
  readonly networkId: number | null;
  /** Where it stands: networks, or one name. */
  readonly networks: readonly Bits[];
  readonly name: string | null;
}

type Slots<Key> = Map<Key, Compiled[]>;

export class AccessMatcher {
  readonly #entries = new Map<number, Compiled>();
  /** Named networks: what they are made of, and the entries that refer to them. */
  readonly #objects = new Map<number, readonly string[]>();
  readonly #referring = new Map<number, Set<number>>();
  readonly #v4 = new Prefixes<number>();
  readonly #v6 = new Prefixes<bigint>();
  readonly #names: Slots<string> = new Map();
  #domains = 0;

  /** Of everything there is; lets others run in between. */
  static async of(changes: AccessChanges): Promise<AccessMatcher> {
    const made = new AccessMatcher();
    for (const { id, addresses } of changes.networks) made.#objects.set(id, addresses);
    const turn = new Turn();
    for (const entry of changes.entries) {
      if (turn.isOver) await turn.pass();
      made.#put(entry);
    }
    return made;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Some entries are of domains, so that the client's confirmed names matter. */
  get hasDomains(): boolean {
    return this.#domains > 0;
  }

  /** Takes over what became of the lists. */
  apply({ entries, networks, removed }: Pick<AccessChanges, 'entries' | 'networks' | 'removed'>): void {
    for (const { id, addresses } of networks) this.#objects.set(id, addresses);
    for (const id of removed) this.#take(id);
    for (const entry of entries) this.#put(entry);
    for (const { id } of networks) this.#recompile(id);
  }

  /** What the lists say of a client's address. Text that is no address is in no list. */
  address(address: string, now: number): Deciding | null {
    if (this.#v4.isEmpty && this.#v6.isEmpty) return null;
    const bits = addressBits(address);
    if (bits === null) return null;
    return bits.family === 4
      ? this.#v4.longest((length) => v4Prefix(bits.value, length), now)
      : this.#v6.longest((length) => bits.value >> BigInt(128 - length), now);
  }

  /** What the lists say of a sender's names; asked only when they say nothing of the address. */
  names(names: SenderNames, now: number, rule: AccessListsSettings['whiteNamesNeedSpf']): Deciding | null {
    if (this.#names.size === 0) return null;
    const whiteCounts = whiteNamesCount(rule, names.spf);
    for (const key of senderKeys(names)) {
      const found = strongest(this.#names.get(key), now, whiteCounts);
      if (found !== null) return found;
    }
    for (const keys of this.hasDomains ? domainKeys(names) : []) {
      const entries = keys.flatMap((key) => this.#names.get(key) ?? []);
      const found = strongest(entries, now, true);
      if (found !== null) return found;
    }
    return null;
  }

  #put(entry: AccessEntry): void {
    this.#take(entry.id);
    const items = entry.networkId === null ? [entry.value] : (this.#objects.get(entry.networkId) ?? []);
    const isAddress = entry.kind === 'address' || entry.kind === 'network' || entry.networkId !== null;
    const compiled: Compiled = {
      ...{ id: entry.id, list: entry.list, networkId: entry.networkId, opensRelay: entry.opensRelay },
      until: entry.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
      networks: isAddress ? items.map(networkBits).filter((bits) => bits !== null) : [],
      name: isAddress ? null : nameKey(entry.value),
    };
    this.#entries.set(entry.id, compiled);
    if (entry.networkId !== null) {
      const referring = this.#referring.get(entry.networkId) ?? new Set();
      this.#referring.set(entry.networkId, referring.add(entry.id));
    }
    for (const bits of compiled.networks) this.#eachPrefix(bits, 'add', compiled);
    if (compiled.name === null) return;
    addTo(this.#names, compiled.name, compiled);
    if (isDomain(compiled.name)) this.#domains++;
  }

  #take(id: number): void {
    const known = this.#entries.get(id);
    if (known === undefined) return;
    this.#entries.delete(id);
    if (known.networkId !== null) this.#referring.get(known.networkId)?.delete(id);
    for (const bits of known.networks) this.#eachPrefix(bits, 'remove', known);
    if (known.name === null) return;
    removeFrom(this.#names, known.name, known);
    if (isDomain(known.name)) this.#domains--;
  }

  #eachPrefix(bits: Bits, change: 'add' | 'remove', entry: Compiled): void {
    if (bits.family === 4) this.#v4[change](bits.length, v4Prefix(bits.value, bits.length), entry);
    else this.#v6[change](bits.length, bits.value >> BigInt(128 - bits.length), entry);
  }

  /** Its addresses are others: the entries that refer to it stand elsewhere. */
  #recompile(networkId: number): void {
    // A copy: each of them is taken out and put back, which a walk over the set would meet again, without an end.
    for (const id of [...(this.#referring.get(networkId) ?? [])]) {
      const known = this.#entries.get(id);
      if (known === undefined) continue;
      const { list, until, opensRelay } = known;
      const expiresAt = until === Number.POSITIVE_INFINITY ? null : new Date(until);
      this.#put({ id, list, kind: 'namedNetwork', value: '', networkId, expiresAt, opensRelay });
    }
  }
}

/** Networks of one family by their length, and within it by their bits. */
class Prefixes<Key> {
  readonly #byLength = new Map<number, Slots<Key>>();
  /** Lengths that occur, longest first. */
  #lengths: readonly { length: number; slots: Slots<Key> }[] = [];

  get isEmpty(): boolean {
    return this.#lengths.length === 0;
  }

  longest(prefix: (length: number) => Key, now: number): Deciding | null {
    for (const { length, slots } of this.#lengths) {
      const found = strongest(slots.get(prefix(length)), now, true);
      if (found !== null) return found;
    }
    return null;
  }

  add(length: number, key: Key, entry: Compiled): void {
    let slots = this.#byLength.get(length);
    if (slots === undefined) {
      slots = new Map();
      this.#byLength.set(length, slots);
      this.#order();
    }
    addTo(slots, key, entry);
  }

  remove(length: number, key: Key, entry: Compiled): void {
    const slots = this.#byLength.get(length);
    if (slots === undefined) return;
    removeFrom(slots, key, entry);
    if (slots.size > 0) return;
    this.#byLength.delete(length);
    this.#order();
  }

  #order(): void {
    this.#lengths = [...this.#byLength]
      .map(([length, slots]) => ({ length, slots }))
      .toSorted((a, b) => b.length - a.length);
  }
}

/** Shifts of 32 bits shift nothing in this language. */
function v4Prefix(value: number, length: number): number {
  return length === 0 ? 0 : value >>> (32 - length);
}

function addTo<Key>(slots: Slots<Key>, key: Key, entry: Compiled): void {
  const there = slots.get(key);
  if (there === undefined) slots.set(key, [entry]);
  else there.push(entry);
}

function removeFrom<Key>(slots: Slots<Key>, key: Key, entry: Compiled): void {
  const left = slots.get(key)?.filter((one) => one !== entry) ?? [];
  if (left.length === 0) slots.delete(key);
  else slots.set(key, left);
}

function strongest(
  entries: readonly Compiled[] | undefined,
  now: number,
  whiteCounts: boolean,
): Deciding | null {
  let found: Deciding | null = null;
  for (const entry of entries ?? []) {
    if (entry.until <= now) continue;
    if (entry.list === 'black') found ??= entry;
    else if (whiteCounts) return entry;
  }
  return found;
}

function whiteNamesCount(rule: AccessListsSettings['whiteNamesNeedSpf'], spf: SenderNames['spf']): boolean {
  if (rule === 'no') return true;
  return rule === 'pass' ? spf === 'pass' : spf !== null && spf !== 'fail';
}

/** Entries as they are looked up: `user@domain`, `@domain`, `domain`. */
function nameKey(item: string): string {
  const at = item.lastIndexOf('@');
  if (at > 0) return addressKey(addressOfKey(item));
  return at === 0 ? `@${domainKey(item.slice(1))}` : domainKey(item);
}

function isDomain(key: string): boolean {
  return !key.includes('@');
}

/** The keys under which a sender may stand in a list, closest first. */
function* senderKeys({ reversePath }: SenderNames): Generator<string> {
  if (reversePath === null) return;
  yield addressKey(reversePath);
  yield `@${domainKey(reversePath.domain)}`;
}

/** Those of the client, its names and all above them: by how many labels they have, most first. */
function domainKeys({ reverseNames }: SenderNames): string[][] {
  const byLength: string[][] = [];
  for (const name of reverseNames) {
    // A domain stands for its subdomains too.
    const labels = domainKey(name).split('.');
    for (let from = 0; from < labels.length; from++) {
      (byLength[labels.length - from] ??= []).push(labels.slice(from).join('.'));
    }
  }
  return byLength.filter(Boolean).toReversed();
}
