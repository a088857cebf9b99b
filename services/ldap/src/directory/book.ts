// The book in memory: entries in slots, and the keys they are found by. An entry that changes takes a new slot; the old
// one stays empty until so many are that the book is built anew.
import { fold } from '../schema/fold.ts';
import { contactIdOf } from '@pochtar/store/book';
import { type BookEntry, foldedGivenName, foldedSurname, keyOf } from './book-entry.ts';
import { SortedKeys } from './sorted-keys.ts';
import { Trigrams } from './trigrams.ts';

/** Attributes with keys in order. */
export type KeyName = 'mail' | 'mailAlternateAddress' | 'cn' | 'sn' | 'givenName';
const keyNames: readonly KeyName[] = ['mail', 'mailAlternateAddress', 'cn', 'sn', 'givenName'];

/** Empty slots that are borne, beside a quarter of all. */
const MIN_EMPTY = 1000;

export class Book {
  #slots: (BookEntry | undefined)[] = [];
  readonly #keys: Readonly<Record<KeyName, SortedKeys>>;
  #trigrams = new Trigrams();
  #size = 0;
  /** Of external contacts by their number: their addresses are not theirs alone. */
  readonly #contacts = new Map<number, number>();
  /** Slots mean the same as long as this is the same. */
  generation = 1;

  constructor() {
    const keysFor = (name: KeyName) =>
      new SortedKeys((slot, value) => valueOf(this.#slots[slot] as BookEntry, name, value));
    this.#keys = {
      mail: keysFor('mail'),
      mailAlternateAddress: keysFor('mailAlternateAddress'),
      cn: keysFor('cn'),
      sn: keysFor('sn'),
      givenName: keysFor('givenName'),
    };
  }

  /** Of entries. */
  get size(): number {
    return this.#size;
  }

  /** Slots are below this number. */
  get slots(): number {
    return this.#slots.length;
  }

  at(slot: number): BookEntry | undefined {
    return this.#slots[slot];
  }

  *entries(): Iterable<BookEntry> {
    for (const entry of this.#slots) if (entry !== undefined) yield entry;
  }

  /** By the address of a person or a group, or the key of an external contact. */
  find(key: string): BookEntry | undefined {
    const slot = this.#slotOf(key);
    return slot === null ? undefined : this.#slots[slot];
  }

  /** Those who have the address: the person or the group whose it is, and whatever contacts have it. */
  withAddress(address: string): BookEntry[] {
    return this.#slotsWith(address).map((slot) => this.#slots[slot] as BookEntry);
  }

  /** Of external contacts. */
  contactSlots(): readonly number[] {
    return [...this.#contacts.values()];
  }

  keys(name: KeyName): SortedKeys {
    return this.#keys[name];
  }

  /** Slots of entries that may have the text in a name or an address; null: any may. */
  withText(text: string): Uint32Array | null {
    return this.#trigrams.slotsOf(text);
  }

  /** Everything anew. */
  replaceAll(entries: Iterable<BookEntry>): void {
    const slots = [...entries];
    const trigrams = new Trigrams();
    for (const [slot, entry] of slots.entries()) addTexts(trigrams, entry, slot);
    trigrams.trim(slots.length);
    this.#slots = slots;
    this.#trigrams = trigrams;
    this.#contacts.clear();
    for (const [slot, entry] of slots.entries()) this.#note(entry, slot);
    for (const name of keyNames) {
      this.#keys[name].replaceAll(
        slots.flatMap((entry, slot) => keysOf(entry, name).map((_, value) => ({ slot, value }))),
      );
    }
    this.#size = slots.length;
    this.generation++;
  }

  /** What stands under the key from now on; undefined: nothing. */
  put(key: string, entry: BookEntry | undefined): void {
    const old = this.#slotOf(key);
    if (old !== null) this.#empty(old);
    if (entry === undefined) return;
    const slot = this.#slots.push(entry) - 1;
    for (const name of keyNames) {
      for (const value of keysOf(entry, name).keys()) this.#keys[name].add(slot, value);
    }
    addTexts(this.#trigrams, entry, slot);
    this.#note(entry, slot);
    this.#size++;
  }

  /** Builds the book anew when too many slots are empty. */
  tidy(): void {
    const empty = this.#slots.length - this.#size;
    if (empty > MIN_EMPTY && empty > this.#size / 4) {
      this.replaceAll(this.#slots.filter((entry) => entry !== undefined));
    }
  }

  #empty(slot: number): void {
    const entry = this.#slots[slot] as BookEntry;
    for (const name of keyNames) {
      for (const value of keysOf(entry, name).keys()) this.#keys[name].remove(slot, value);
    }
    if (entry.kind === 'contact') this.#contacts.delete(entry.id);
    this.#slots[slot] = undefined;
    this.#size--;
  }

  #note(entry: BookEntry, slot: number): void {
    if (entry.kind === 'contact') this.#contacts.set(entry.id, slot);
  }

  #slotOf(key: string): number | null {
    const id = contactIdOf(key);
    if (id !== null) return this.#contacts.get(id) ?? null;
    return this.#slotsWith(key).find((slot) => keyOf(this.#slots[slot] as BookEntry) === key) ?? null;
  }

  #slotsWith(address: string): number[] {
    const { mail } = this.#keys;
    const { from, to } = mail.equal(fold(address));
    const slots: number[] = [];
    // Addresses that differ in accents alone have the same key.
    for (let index = from; index < to; index++) {
      const slot = mail.slotAt(index);
      if (this.#slots[slot]?.address === address) slots.push(slot);
    }
    return slots;
  }
}

/** The folded values of an attribute. */
export function keysOf(entry: BookEntry, name: KeyName): readonly string[] {
  switch (name) {
    case 'mail':
      return [fold(entry.address)];
    case 'mailAlternateAddress':
      return entry.kind === 'person' ? entry.aliases.map(fold) : [];
    case 'cn':
      return [entry.foldedName];
    case 'sn':
      return entry.kind === 'group' ? [] : [foldedSurname(entry)];
    case 'givenName':
      return entry.kind === 'group' ? [] : present(foldedGivenName(entry));
  }
}

/** One of them, as they are numbered: what keeps the order of keys asks again and again. */
function valueOf(entry: BookEntry, name: KeyName, value: number): string {
  switch (name) {
    case 'mail':
      return fold(entry.address);
    case 'cn':
      return entry.foldedName;
    case 'sn':
      return entry.kind === 'group' ? '' : foldedSurname(entry);
    case 'givenName':
      return entry.kind === 'group' ? '' : foldedGivenName(entry);
    case 'mailAlternateAddress':
      return keysOf(entry, name)[value] as string;
  }
}

function present(value: string): readonly string[] {
  return value === '' ? [] : [value];
}

function addTexts(trigrams: Trigrams, entry: BookEntry, slot: number): void {
  if (entry.kind === 'contact') trigrams.add(keyOf(entry), slot);
  for (const name of keyNames) {
    for (const key of keysOf(entry, name)) {
      const isInName = (name === 'sn' || name === 'givenName') && entry.foldedName.includes(key);
      if (!isInName) trigrams.add(key, slot);
    }
  }
}
