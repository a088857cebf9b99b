// Patterns of LIST and LSUB (RFC 9051 §6.3.9): `*` is anything, `%` anything within a level.
//
// A pattern becomes bits once a command: bit n stands for "the first n characters of the pattern are matched", a
// wildcard keeps a bit where it is. A name is then matched character by character, 32 places of the pattern at a time,
// whatever the pattern.
import { DELIMITER, INBOX } from '@pochtar/store/mailbox';

/** Characters without wildcards; no name is longer. */
const MAX_PATTERN = 512;
const NO_BITS = new Int32Array(MAX_PATTERN / 32 + 1);

export class NamePattern {
  /** Where the pattern has this character. */
  readonly #places = new Map<string, Int32Array>();
  /** The same in any case, for the characters of INBOX. */
  readonly #anyCase = new Map<string, Int32Array>();
  /** Places before which a wildcard stands. */
  readonly #stars: Int32Array;
  readonly #percents: Int32Array;
  readonly #length: number;
  readonly #words: number;

  constructor(pattern: string) {
    const characters: string[] = [];
    const stars: number[] = [];
    const percents: number[] = [];
    for (const character of pattern.split('')) {
      if (character === '*') stars.push(characters.length);
      else if (character === '%') percents.push(characters.length);
      else characters.push(character);
      if (characters.length > MAX_PATTERN) break;
    }
    this.#length = characters.length;
    this.#words = (this.#length >>> 5) + 1;
    this.#stars = this.#bits(stars);
    this.#percents = this.#bits(percents);
    const places = Map.groupBy(characters.keys(), (at) => characters[at] as string);
    for (const [character, found] of places) this.#places.set(character, this.#bits(found));
    for (const character of INBOX) {
      const found = [...(places.get(character) ?? []), ...(places.get(character.toLowerCase()) ?? [])];
      this.#anyCase.set(character, this.#bits(found));
    }
  }

  /** A pattern longer than any name can be matches nothing. */
  matches(name: string): boolean {
    if (this.#length > MAX_PATTERN) return false;
    // RFC 9051 §5.1: INBOX is matched in any case, the names below it are not.
    const isBelowInbox = name === INBOX || name.startsWith(INBOX + DELIMITER);
    const matched = new Int32Array(this.#words);
    matched[0] = 1;
    for (let at = 0; at < name.length; at++) {
      const character = name[at] as string;
      const places = (isBelowInbox && at < INBOX.length ? this.#anyCase : this.#places).get(character);
      if (!this.#step(matched, places ?? NO_BITS, character === DELIMITER)) return false;
    }
    return ((matched[this.#length >>> 5] as number) & (1 << (this.#length & 31))) !== 0;
  }

  /** Goes on by one character of the name; false when nothing can match any more. */
  #step(matched: Int32Array, places: Int32Array, isDelimiter: boolean): boolean {
    let carry = 0;
    let isAlive = 0;
    for (let word = 0; word < this.#words; word++) {
      const bits = matched[word] as number;
      const onward = bits & (places[word] as number);
      const loops = (this.#stars[word] as number) | (isDelimiter ? 0 : (this.#percents[word] as number));
      const following = (onward << 1) | carry | (bits & loops);
      carry = onward >>> 31;
      matched[word] = following;
      isAlive |= following;
    }
    return isAlive !== 0;
  }

  #bits(places: Iterable<number>): Int32Array {
    const bits = new Int32Array(this.#words);
    for (const place of places) {
      if (place > this.#length) break;
      bits[place >>> 5] = (bits[place >>> 5] as number) | (1 << (place & 31));
    }
    return bits;
  }
}
