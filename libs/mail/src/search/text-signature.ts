// Which pieces of three and of four characters the texts of a message have, in a few bits: what is looked for can only be
// where all of its pieces are. A signature has no false negatives; what it lets through is decided by the text itself.
//
// The pieces of a message are rows of SIGNATURE_BITS bits, each filled to a third at most, so that a long text says as much
// about its pieces as a short one. A text that goes over the end of a row is continued in the next one from a little before,
// so that the beginning of whatever is looked for lies within one row.

/**
 * The version of what signatures are made of. Raised when texts are decoded or folded differently, when part ranges are
 * (TEXTS_VERSION), or when the pieces get other bits: what was made before is made anew.
 */
export const SIGNATURE_VERSION = 1;

const LOG_BITS = 13;
export const SIGNATURE_BITS = 1 << LOG_BITS;
/** Bits that are set of a row. */
const MAX_SET = 3072;
/** Rows of a message: some 200 KB of words. A longer one is always looked at. */
const MAX_ROWS = 64;
/** Characters of what is looked for that matter. */
const SEEN = 64;
const OVERLAP = SEEN - 1;
/** Pieces of what is looked for that are asked about. */
const MAX_PIECES = 8;
const SHORT = 3;

/** What a row is of. */
export const ROW = { header: 1, body: 2, always: 4 } as const;

export interface SignatureRow {
  /** Bits of ROW. */
  kinds: number;
  /** The bits that are set, in no order. */
  bits: Uint16Array;
}

/** Takes the texts of one message, which are folded. */
export class SignatureMaker {
  readonly #rows: SignatureRow[] = [];
  readonly #isSet = new Uint8Array(SIGNATURE_BITS);
  readonly #bits = new Uint16Array(MAX_SET + 2);
  #count = 0;
  #kinds = 0;
  #tail = '';
  #isAlways = false;

  /** Nothing that is added counts any more. */
  get isFull(): boolean {
    return this.#isAlways;
  }

  /** The message is to be looked at whatever is looked for. */
  giveUp(): void {
    this.#isAlways = true;
  }

  /** @param isContinued it goes on from the last one */
  add(piece: string, kind: number, isContinued = false): void {
    const text = isContinued ? this.#tail + piece : piece;
    this.#tail = text.slice(-OVERLAP);
    for (let from = 0; from + SHORT <= text.length && !this.#isAlways; ) {
      this.#kinds |= kind;
      const end = this.#take(text, from);
      if (end >= text.length) return;
      this.#endRow();
      from = Math.max(from, end - OVERLAP);
    }
  }

  rows(): SignatureRow[] {
    if (this.#isAlways) return [{ kinds: ROW.always, bits: new Uint16Array(0) }];
    if (this.#kinds !== 0) this.#endRow();
    return this.#rows;
  }

  /** Up to where the text is in the row now. */
  #take(text: string, from: number): number {
    const last = text.length - SHORT;
    for (let at = from; at <= last; at++) {
      if (this.#count >= MAX_SET) return at + SHORT - 1;
      const [a, b, c] = [text.charCodeAt(at), text.charCodeAt(at + 1), text.charCodeAt(at + 2)];
      this.#set(threeBit(a, b, c));
      if (at < last) this.#set(fourBit(a, b, c, text.charCodeAt(at + 3)));
    }
    return text.length;
  }

  #set(bit: number): void {
    if (this.#isSet[bit] === 1) return;
    this.#isSet[bit] = 1;
    this.#bits[this.#count++] = bit;
  }

  #endRow(): void {
    const bits = this.#bits.slice(0, this.#count);
    for (const bit of bits) this.#isSet[bit] = 0;
    this.#rows.push({ kinds: this.#kinds, bits });
    this.#count = 0;
    this.#kinds = 0;
    if (this.#rows.length >= MAX_ROWS) this.#isAlways = true;
  }
}

/** Bits that are all set in a row that has the text (folded); null: it is too short to tell. */
export function bitsOf(text: string): number[] | null {
  if (text.length < SHORT) return null;
  const seen = text.slice(0, SEEN);
  const fours = new Set<number>();
  const threes = new Set<number>();
  for (let at = 0; at + SHORT <= seen.length; at++) {
    const [a, b, c] = [seen.charCodeAt(at), seen.charCodeAt(at + 1), seen.charCodeAt(at + 2)];
    threes.add(threeBit(a, b, c));
    if (at + SHORT < seen.length) fours.add(fourBit(a, b, c, seen.charCodeAt(at + 3)));
  }
  const chosen = spread([...fours], MAX_PIECES);
  return [...new Set([...chosen, ...spread([...threes], MAX_PIECES - chosen.length)])];
}

function spread(all: readonly number[], most: number): number[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, index) => all[Math.floor((index * all.length) / most)] as number);
}

function threeBit(a: number, b: number, c: number): number {
  return mixed(Math.imul(a, 0x9e3779b1) + Math.imul(b, 0x85ebca6b) + Math.imul(c, 0xc2b2ae35));
}

function fourBit(a: number, b: number, c: number, d: number): number {
  const sum = Math.imul(a, 0x27d4eb2f) + Math.imul(b, 0x165667b1) + Math.imul(c, 0xd3a2646d);
  return mixed(sum + Math.imul(d, 0xfd7046c5) + 0x3c6ef372);
}

function mixed(sum: number): number {
  let hash = sum | 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> (32 - LOG_BITS);
}
