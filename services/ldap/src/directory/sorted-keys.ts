// Entries in the order of a text of theirs: answers which have a text, and which begin with one. Only places are kept; the
// texts are those of the entries, asked for when they are compared.

export interface Range {
  readonly from: number;
  /** The first that is not in it. */
  readonly to: number;
}

type Between = readonly [low: number, high: number];

/** Values of one entry; a place is a slot and the number of the value. */
const MAX_VALUES = 1 << 16;
const FIRST_ROOM = 64;
/** Of so many keys one is kept as a text, so that most of a search asks no entry. */
const STRIDE = 64;

export class SortedKeys {
  readonly #keyOf: (slot: number, value: number) => string;
  #places = new Float64Array(FIRST_ROOM);
  #size = 0;
  /** Of every `STRIDE`th place the key; null: something has changed since. */
  #pivots: string[] | null = null;

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
    this.#pivots = null;
    this.#places = new Float64Array(Math.max(FIRST_ROOM, this.#size));
    for (const [index, { place }] of placed.entries()) this.#places[index] = place;
  }

  add(slot: number, value: number): void {
    const place = slot * MAX_VALUES + value;
    const at = this.#firstNotBelow(this.#keyOf(slot, value), place, this.#everywhere);
    this.#makeRoom();
    this.#places.copyWithin(at + 1, at, this.#size);
    this.#places[at] = place;
    this.#size++;
    this.#pivots = null;
  }

  /** While the entry is in its slot still. */
  remove(slot: number, value: number): void {
    const place = slot * MAX_VALUES + value;
    const at = this.#firstNotBelow(this.#keyOf(slot, value), place, this.#everywhere);
    if (at >= this.#size || this.#places[at] !== place) return;
    this.#places.copyWithin(at, at + 1, this.#size);
    this.#size--;
    this.#pivots = null;
  }

  equal(key: string): Range {
    const from = this.#firstNotBelow(key, -1);
    return { from, to: this.#firstBehind(from, (other) => other === key) };
  }

  beginningWith(prefix: string): Range {
    const from = this.#firstNotBelow(prefix, -1);
    return { from, to: this.#firstBehind(from, (other) => other.startsWith(prefix)) };
  }

  /** The first from `from` on whose key is not one of those that stand together there: few do, so that it is near. */
  #firstBehind(from: number, isOne: (key: string) => boolean): number {
    let [low, high] = [from, from];
    for (let step = 1; high < this.#size && isOne(this.#keyAt(high)); step *= 2) {
      low = high + 1;
      high = Math.min(this.#size, low + step);
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isOne(this.#keyAt(middle))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #keyAt(index: number): string {
    const place = this.#places[index] as number;
    return this.#keyOf(Math.floor(place / MAX_VALUES), place % MAX_VALUES);
  }

  /** The first index whose key, and then place, is not below these. */
  #firstNotBelow(key: string, place: number, between: Between = this.#between(key)): number {
    let [low, high] = between;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#places[middle] as number;
      const found = this.#keyOf(Math.floor(other / MAX_VALUES), other % MAX_VALUES);
      if (found < key || (found === key && other < place)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** For changes, after each of which the keys that are kept would have to be read anew. */
  get #everywhere(): Between {
    return [0, this.#size];
  }

  /** Between which places the keys stand that are equal to this one, or would: by the keys that are kept alone. */
  #between(key: string): Between {
    const pivots = (this.#pivots ??= this.#makePivots());
    const below = countOf(pivots, (pivot) => pivot < key);
    // Mostly none of them is the key itself.
    const isNone = (pivots[below] ?? '') !== key;
    const notAbove = isNone ? below : countOf(pivots, (pivot) => pivot <= key);
    return [Math.max(0, (below - 1) * STRIDE), Math.min(this.#size, notAbove * STRIDE)];
  }

  #makePivots(): string[] {
    const count = Math.ceil(this.#size / STRIDE);
    return Array.from({ length: count }, (_, index) => this.#keyAt(index * STRIDE));
  }

  #makeRoom(): void {
    if (this.#size < this.#places.length) return;
    const larger = new Float64Array(Math.ceil(this.#places.length * 1.25));
    larger.set(this.#places);
    this.#places = larger;
  }
}

/** Of texts in order, how many are so from the first on. */
function countOf(texts: readonly string[], isSo: (text: string) => boolean): number {
  let [low, high] = [0, texts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isSo(texts[middle] as string)) low = middle + 1;
    else high = middle;
  }
  return low;
}
