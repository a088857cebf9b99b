// Entries in the order of a text of theirs: answers which have a text, and which begin with one. Only places are kept; the
// texts are those of the entries, asked for when they are compared.

export interface Range {
  readonly from: number;
  /** The first that is not in it. */
  readonly to: number;
}

/** Values of one entry; a place is a slot and the number of the value. */
const MAX_VALUES = 1 << 16;
const FIRST_ROOM = 64;

export class SortedKeys {
  readonly #keyOf: (slot: number, value: number) => string;
  #places = new Float64Array(FIRST_ROOM);
  #size = 0;

  /** `keyOf` answers the text of a value; the entry in the slot is there whenever it is asked. */
  constructor(keyOf: (slot: number, value: number) => string) {
    this.#keyOf = keyOf;
  }

  get size(): number {
    return this.#size;
  }

  slotAt(index: number): number {
    return Math.floor((this.#places[index] as number) / MAX_VALUES);
  }

  /** Takes all of them at once; what was there is forgotten. */
  replaceAll(values: Iterable<{ slot: number; value: number }>): void {
    const placed = [...values].map(({ slot, value }) => ({
      key: this.#keyOf(slot, value),
      place: slot * MAX_VALUES + value,
    }));
    placed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.place - b.place));
    this.#size = placed.length;
    this.#places = new Float64Array(Math.max(FIRST_ROOM, this.#size));
    for (const [index, { place }] of placed.entries()) this.#places[index] = place;
  }

  add(slot: number, value: number): void {
    const place = slot * MAX_VALUES + value;
    const at = this.#firstNotBelow(this.#keyOf(slot, value), place);
    this.#makeRoom();
    this.#places.copyWithin(at + 1, at, this.#size);
    this.#places[at] = place;
    this.#size++;
  }

  /** While the entry is in its slot still. */
  remove(slot: number, value: number): void {
    const place = slot * MAX_VALUES + value;
    const at = this.#firstNotBelow(this.#keyOf(slot, value), place);
    if (at >= this.#size || this.#places[at] !== place) return;
    this.#places.copyWithin(at, at + 1, this.#size);
    this.#size--;
  }

  equal(key: string): Range {
    return { from: this.#firstNotBelow(key, -1), to: this.#firstNotBelow(key, Number.POSITIVE_INFINITY) };
  }

  beginningWith(prefix: string): Range {
    // No text has a unit above this one that begins with `prefix`.
    return { from: this.#firstNotBelow(prefix, -1), to: this.#firstNotBelow(`${prefix}\uffff\uffff`, -1) };
  }

  /** The first index whose key, and then place, is not below these. */
  #firstNotBelow(key: string, place: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#places[middle] as number;
      const found = this.#keyOf(Math.floor(other / MAX_VALUES), other % MAX_VALUES);
      if (found < key || (found === key && other < place)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #makeRoom(): void {
    if (this.#size < this.#places.length) return;
    const larger = new Float64Array(Math.ceil(this.#places.length * 1.25));
    larger.set(this.#places);
    this.#places = larger;
  }
}
