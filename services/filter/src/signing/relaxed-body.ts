// RFC 6376 §3.4.4: the hash of a body in relaxed form, piece by piece, whatever the pieces are: blanks at the end of a line
// go, others become one space, empty lines at the end go. Nothing grows with the body, nor with a line of it.
import { createHash } from 'node:crypto';

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;
const ROOM = 64 * 1024;

export class RelaxedBodyHash {
  readonly #hash = createHash('sha256');
  readonly #out = Buffer.allocUnsafe(ROOM);
  #at = 0;
  /** Line ends that were seen, and count only when something follows. */
  #lineEnds = 0;
  /** Blanks that were seen, and count only when something follows on the line. */
  #hasBlank = false;
  #isAfterCr = false;
  #isEmpty = true;

  write(piece: Uint8Array): void {
    for (const octet of piece) {
      if (this.#isAfterCr) {
        this.#isAfterCr = false;
        if (octet === LF) {
          this.#endLine();
          continue;
        }
        this.#put(CR);
      }
      if (octet === CR) this.#isAfterCr = true;
      // What leaves has CRLF; a bare LF that was let in is a line end for whoever reads it.
      else if (octet === LF) this.#endLine();
      else if (octet === SPACE || octet === TAB) this.#hasBlank = true;
      else this.#put(octet);
    }
  }

  /** base64, for bh= */
  end(): string {
    if (this.#isAfterCr) this.#put(CR);
    // RFC 6376 §3.4.3, §3.4.4: a last line without an end gets one; a body of nothing stays nothing.
    if (!this.#isEmpty) this.#add(CR, LF);
    return this.#hash.update(this.#out.subarray(0, this.#at)).digest('base64');
  }

  #endLine(): void {
    this.#hasBlank = false;
    this.#lineEnds++;
  }

  #put(octet: number): void {
    for (; this.#lineEnds > 0; this.#lineEnds--) this.#add(CR, LF);
    if (this.#hasBlank) {
      this.#add(SPACE);
      this.#hasBlank = false;
    }
    this.#add(octet);
    this.#isEmpty = false;
  }

  #add(first: number, second?: number): void {
    if (this.#at + 2 > ROOM) {
      this.#hash.update(this.#out.subarray(0, this.#at));
      this.#at = 0;
    }
    this.#out[this.#at++] = first;
    if (second !== undefined) this.#out[this.#at++] = second;
  }
}
