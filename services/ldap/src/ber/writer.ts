// Writing BER. The length of what has parts is known when it ends, so that its content is moved then, if the length takes
// more than the one octet that was left for it.
import { tags } from './tags.ts';

const FIRST_SIZE = 512;

export class BerWriter {
  #octets = Buffer.allocUnsafe(FIRST_SIZE);
  #at = 0;

  /** Everything written, as a copy of its own. */
  get octets(): Buffer {
    return Buffer.from(this.#octets.subarray(0, this.#at));
  }

  /** Everything written as a latin1 string, which the output of a session takes. */
  get latin1(): string {
    return this.#octets.toString('latin1', 0, this.#at);
  }

  /** What `write` writes becomes the content of one element. */
  parts(tag: number, write: () => void): this {
    this.#room(2);
    this.#octets[this.#at] = tag;
    this.#at += 2;
    const start = this.#at;
    write();
    this.#close(start);
    return this;
  }

  sequence(write: () => void): this {
    return this.parts(tags.sequence, write);
  }

  string(value: string | Buffer, tag: number = tags.octetString): this {
    const size = typeof value === 'string' ? Buffer.byteLength(value) : value.length;
    this.#header(tag, size);
    this.#room(size);
    if (typeof value === 'string') this.#octets.write(value, this.#at, 'utf8');
    else value.copy(this.#octets, this.#at);
    this.#at += size;
    return this;
  }

  integer(value: number, tag: number = tags.integer): this {
    let size = 1;
    while (size < 6 && (value < -(2 ** (8 * size - 1)) || value >= 2 ** (8 * size - 1))) size++;
    this.#header(tag, size);
    this.#room(size);
    this.#octets.writeIntBE(value, this.#at, size);
    this.#at += size;
    return this;
  }

  enumerated(value: number): this {
    return this.integer(value, tags.enumerated);
  }

  // RFC 4511 §5.1: TRUE is encoded as 0xff.
  boolean(value: boolean, tag: number = tags.boolean): this {
    this.#header(tag, 1);
    this.#room(1);
    this.#octets[this.#at++] = value ? 0xff : 0;
    return this;
  }

  #header(tag: number, length: number): void {
    this.#room(6);
    this.#octets[this.#at++] = tag;
    this.#at = this.#writeLength(this.#at, length);
  }

  #close(start: number): void {
    const length = this.#at - start;
    const more = lengthOctets(length) - 1;
    if (more > 0) {
      this.#room(more);
      this.#octets.copyWithin(start + more, start, this.#at);
      this.#at += more;
    }
    this.#writeLength(start - 1, length);
  }

  #writeLength(at: number, length: number): number {
    const count = lengthOctets(length) - 1;
    if (count === 0) {
      this.#octets[at] = length;
      return at + 1;
    }
    this.#octets[at] = 0x80 | count;
    this.#octets.writeUIntBE(length, at + 1, count);
    return at + 1 + count;
  }

  #room(size: number): void {
    if (this.#at + size <= this.#octets.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#octets.length * 2, this.#at + size));
    this.#octets.copy(larger, 0, 0, this.#at);
    this.#octets = larger;
  }
}

function lengthOctets(length: number): number {
  if (length < 0x80) return 1;
  if (length < 0x100) return 2;
  if (length < 0x1_0000) return 3;
  return length < 0x100_0000 ? 4 : 5;
}
