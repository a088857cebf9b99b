// Numbers and runs of octets, read one after the other. What is not there any more is damage.
import { Damaged } from './extraction.ts';

export class Octets {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u16(): number {
    return this.take(2).readUInt16LE();
  }

  u32(): number {
    return this.take(4).readUInt32LE();
  }

  /** Not a copy. */
  take(count: number): Buffer {
    if (count > this.left) throw new Damaged('it ends too early');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** As far as the next octet of zero, which is left out. */
  takeToZero(): Buffer {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw new Damaged('it ends too early');
    const taken = this.take(end - this.#at);
    this.#at++;
    return taken;
  }
}
