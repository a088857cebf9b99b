// A record of an Excel workbook with those that it goes on in: numbers, and texts whose characters may begin in one record
// and end in the next, where they may be of another width ([MS-XLS] §2.5.293, §2.4.58).
import { Damaged } from './extraction.ts';

const IS_WIDE = 0x01;
const HAS_MORE = 0x04;
const HAS_RUNS = 0x08;

export class Records {
  readonly #parts: readonly Buffer[];
  #part = 0;
  #at = 0;
  /** In all parts. */
  #left: number;

  constructor(parts: readonly Buffer[]) {
    this.#parts = parts;
    this.#left = parts.reduce((sum, { length }) => sum + length, 0);
  }

  get left(): number {
    return this.#left;
  }

  // A workbook has millions of these: no view is made of each.
  u8(): number {
    const part = this.#current();
    const octet = part[this.#at];
    if (octet === undefined) throw new Damaged('a record ends too early');
    this.#forward(1);
    return octet;
  }

  u16(): number {
    return this.u8() + 256 * this.u8();
  }

  u32(): number {
    return this.take(4).readUInt32LE();
  }

  double(): number {
    return this.take(8).readDoubleLE();
  }

  skip(count: number): this {
    if (count > this.#left) throw new Damaged('a record ends too early');
    for (let left = count; left > 0; ) {
      const taken = Math.min(left, this.#room());
      this.#forward(taken);
      left -= taken;
    }
    return this;
  }

  /** Not a copy where it lies in one part. */
  take(count: number): Buffer {
    if (count > this.#left) throw new Damaged('a record ends too early');
    const taken: Buffer[] = [];
    for (let left = count; left > 0; ) {
      const part = this.#current();
      const here = part.subarray(this.#at, this.#at + left);
      taken.push(here);
      left -= here.length;
      this.#forward(here.length);
    }
    const [only] = taken;
    return taken.length === 1 && only !== undefined ? only : Buffer.concat(taken);
  }

  /** What stands in the part behind this one. */
  nextPart(): this {
    return this.skip(this.#part >= this.#parts.length ? 0 : this.#currentLength() - this.#at);
  }

  /** A text with its length in so many octets. */
  unicode(lengthOctets: 1 | 2): string {
    const length = lengthOctets === 1 ? this.u8() : this.u16();
    const flags = this.u8();
    const runs = (flags & HAS_RUNS) === 0 ? 0 : this.u16();
    const more = (flags & HAS_MORE) === 0 ? 0 : this.u32();
    const text = this.#text(length, (flags & IS_WIDE) !== 0);
    this.skip(4 * runs + more);
    return text;
  }

  /** Behind the flags that begin a part. */
  characters(length: number): string {
    return this.#text(length, (this.u8() & IS_WIDE) !== 0);
  }

  #text(length: number, isWideAtFirst: boolean): string {
    let isWide = isWideAtFirst;
    let text = '';
    for (let left = length; left > 0; ) {
      const size = isWide ? 2 : 1;
      // Not those of the next part, which begins with flags.
      const here = Math.min(left, Math.floor((this.#currentLength() - this.#at) / size));
      text += this.take(here * size).toString(isWide ? 'utf16le' : 'latin1');
      left -= here;
      if (left === 0) break;
      this.nextPart();
      isWide = (this.u8() & IS_WIDE) !== 0;
    }
    return text;
  }

  /** Octets of this part; those of the next one where this one is at its end. */
  #room(): number {
    return this.#current().length - this.#at;
  }

  #current(): Buffer {
    while (this.#at >= this.#currentLength() && this.#part < this.#parts.length) {
      this.#part++;
      this.#at = 0;
    }
    return this.#parts[this.#part] ?? Buffer.alloc(0);
  }

  #currentLength(): number {
    return this.#parts[this.#part]?.length ?? 0;
  }

  #forward(count: number): void {
    this.#at += count;
    this.#left -= count;
  }
}
