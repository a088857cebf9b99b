// Which entries may have a text somewhere inside: for each three letters in a row the slots of the entries that have them.
// Three letters are hashed into a fixed number of lists, so that memory is bounded whatever letters there are; who shares a
// list with others is looked at in vain, no more. Slots are only ever added, in rising order: an entry that is gone
// stays in its lists until the book is built anew.

const LISTS = 1 << 16;
const NONE = new Uint32Array(0);
/** Of fewer entries every list is kept. */
const MIN_ENTRIES = 1000;
/** So few are looked at sooner than they are narrowed down. */
const FEW = 24;
/** Of two lists, how much longer one is when it is looked up in and not gone through. */
const MUCH_LONGER = 16;

export class Trigrams {
  readonly #lists: (Uint32Array | undefined)[] = Array.from({ length: LISTS });
  readonly #lengths = new Uint32Array(LISTS);
  /** Lists that more than half of all entries would stand in, as those of the domain that all have: they narrow nothing down. */
  readonly #isCommon = new Uint8Array(LISTS);

  /** `slot` is above all that were added before, or the last one again. */
  add(text: string, slot: number): void {
    for (let at = 0; at + 3 <= text.length; at++) {
      const list = listOf(text, at);
      if (this.#isCommon[list] === 1) continue;
      const length = this.#lengths[list] as number;
      let slots = this.#lists[list];
      if (slots !== undefined && length > 0 && slots[length - 1] === slot) continue;
      if (slots === undefined || length === slots.length) {
        const larger = new Uint32Array(Math.max(4, Math.ceil(length * 1.5)));
        if (slots !== undefined) larger.set(slots);
        this.#lists[list] = slots = larger;
      }
      slots[length] = slot;
      this.#lengths[list] = length + 1;
    }
  }

  /** Gives back what was taken for growing, and lists that most of the `count` entries stand in. */
  trim(count: number): void {
    for (const [list, slots] of this.#lists.entries()) {
      if (slots === undefined) continue;
      const length = this.#length(list);
      const isCommon = count >= MIN_ENTRIES && length > count / 2;
      this.#lists[list] = isCommon ? undefined : slots.slice(0, length);
      if (!isCommon) continue;
      this.#isCommon[list] = 1;
      this.#lengths[list] = 0;
    }
  }

  /** What the two shortest lists have in common of those that the text is in; null for a text that does not tell: too short, or most have it. */
  slotsOf(text: string): Uint32Array | null {
    let [best, second] = [-1, -1];
    for (let at = 0; at + 3 <= text.length; at++) {
      const list = listOf(text, at);
      if (list === best || list === second || this.#isCommon[list] === 1) continue;
      if (best < 0 || this.#length(list) < this.#length(best)) [best, second] = [list, best];
      else if (second < 0 || this.#length(list) < this.#length(second)) second = list;
    }
    if (best < 0) return null;
    const shortest = this.#slots(best);
    return second < 0 || shortest.length <= FEW ? shortest : inBoth(shortest, this.#slots(second));
  }

  #length(list: number): number {
    return this.#lengths[list] as number;
  }

  #slots(list: number): Uint32Array {
    return this.#lists[list]?.subarray(0, this.#length(list)) ?? NONE;
  }
}

/** Both in rising order, `few` not the longer one. */
function inBoth(few: Uint32Array, many: Uint32Array): Uint32Array {
  const both = new Uint32Array(few.length);
  const isLookedUp = many.length > few.length * MUCH_LONGER;
  let count = 0;
  let at = 0;
  for (const slot of few) {
    if (isLookedUp) at = firstNotBelow(many, slot, at);
    else while (at < many.length && (many[at] as number) < slot) at++;
    if (many[at] === slot) both[count++] = slot;
  }
  return both.subarray(0, count);
}

function firstNotBelow(slots: Uint32Array, slot: number, from: number): number {
  let [low, high] = [from, slots.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((slots[middle] as number) < slot) low = middle + 1;
    else high = middle;
  }
  return low;
}

function listOf(text: string, at: number): number {
  const hash =
    Math.imul(text.charCodeAt(at), 0x9e37_79b1) ^
    Math.imul(text.charCodeAt(at + 1), 0x85eb_ca77) ^
    Math.imul(text.charCodeAt(at + 2), 0xc2b2_ae3d);
  return (hash >>> 15) & (LISTS - 1);
}
