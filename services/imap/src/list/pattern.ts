// Patterns of LIST and LSUB (RFC 9051 §6.3.9): `*` is anything, `%` anything within a level.
//
// A pattern becomes bits once a command: bit n stands for "the first n characters of the pattern are matched", a
// wildcard keeps a bit where it is. A name is then matched character by character, 32 places of the pattern at a time,
// whatever the pattern.
import { DELIMITER, INBOX } from '@pochtar/store/mailbox';

/** Characters without wildcards; no name is longer. */
const MAX_PATTERN = 512;
const ASCII = 128;
const INBOX_CODES = Array.from(INBOX, (character) => character.charCodeAt(0));
const CASE_BIT = 0x20;

export class NamePattern {
  readonly #length: number;
  readonly #words: number;
  /** Where the pattern has a character: so many words for each of ASCII, and for each other that it has. */
  readonly #ascii: Int32Array;
  readonly #others = new Map<number, Int32Array>();
  /** Places before which a wildcard stands. */
  readonly #stars: Int32Array;
  readonly #percents: Int32Array;
  readonly #none: Int32Array;
  readonly #matched: Int32Array;

  constructor(pattern: string) {
    let length = 0;
    for (const character of pattern) if (character !== '*' && character !== '%') length += character.length;
    this.#length = length;
    this.#words = (Math.min(length, MAX_PATTERN) >>> 5) + 1;
    this.#ascii = new Int32Array(ASCII * this.#words);
    this.#stars = new Int32Array(this.#words);
    this.#percents = new Int32Array(this.#words);
    this.#none = new Int32Array(this.#words);
    this.#matched = new Int32Array(this.#words);
    if (length <= MAX_PATTERN) this.#compile(pattern);
  }

  #compile(pattern: string): void {
    let place = 0;
    for (let at = 0; at < pattern.length; at++) {
      const code = pattern.charCodeAt(at);
      if (pattern[at] === '*') set(this.#stars, place);
      else if (pattern[at] === '%') set(this.#percents, place);
      else set(this.#placesOf(code), place++);
    }
  }

  #placesOf(code: number): Int32Array {
    if (code < ASCII) return this.#ascii.subarray(code * this.#words, (code + 1) * this.#words);
    let places = this.#others.get(code);
    if (places === undefined) this.#others.set(code, (places = new Int32Array(this.#words)));
    return places;
  }

  /** A pattern longer than any name can be matches nothing. */
  matches(name: string): boolean {
    if (this.#length > MAX_PATTERN) return false;
    // RFC 9051 §5.1: INBOX is matched in any case, the names below it are not.
    const anyCase = name === INBOX || name.startsWith(INBOX + DELIMITER) ? INBOX.length : 0;
    const matched = this.#matched.fill(0);
    matched[0] = 1;
    for (let at = 0; at < name.length; at++) {
      const code = name.charCodeAt(at);
      const other = at < anyCase ? (INBOX_CODES[at] as number) | CASE_BIT : code;
      if (!this.#step(code, other)) return false;
    }
    return ((matched[this.#length >>> 5] as number) & (1 << (this.#length & 31))) !== 0;
  }

  /** Goes on by one character, which may be written in two ways; false when nothing can match any more. */
  #step(code: number, other: number): boolean {
    const words = this.#words;
    const table = code < ASCII ? this.#ascii : (this.#others.get(code) ?? this.#none);
    const first = code < ASCII ? code * words : 0;
    const second = other < ASCII ? other * words : first;
    const percents = code === DELIMITER_CODE ? this.#none : this.#percents;
    let carry = 0;
    let isAlive = 0;
    for (let word = 0; word < words; word++) {
      const bits = this.#matched[word] as number;
      const onward = bits & ((table[first + word] as number) | (table[second + word] as number));
      const loops = (this.#stars[word] as number) | (percents[word] as number);
      const following = (onward << 1) | carry | (bits & loops);
      carry = onward >>> 31;
      this.#matched[word] = following;
      isAlive |= following;
    }
    return isAlive !== 0;
  }
}

const DELIMITER_CODE = DELIMITER.charCodeAt(0);

function set(bits: Int32Array, place: number): void {
  bits[place >>> 5] = (bits[place >>> 5] as number) | (1 << (place & 31));
}
