// Makes every bare CR and every bare LF of a text a CRLF, for clients that we trust to mean a line end by it.
// RFC 5321 §2.3.8: within mail data only CRLF ends a line.

const LF = 0x0a;
const CR = 0x0d;
const CRLF = Buffer.from('\r\n');
const LINE_FEED = Buffer.from('\n');

export class LineNormaliser {
  readonly #emit: (text: Buffer) => void;
  /** A CR was the last octet: what follows decides whether it was bare. */
  #afterCr = false;

  constructor(emit: (text: Buffer) => void) {
    this.#emit = emit;
  }

  write(chunk: Buffer): void {
    let start = 0;
    let afterCr = this.#afterCr;
    for (let at = 0; at < chunk.length; at++) {
      const octet = chunk[at] as number;
      if (afterCr !== (octet === LF)) {
        if (at > start) this.#emit(chunk.subarray(start, at));
        // A bare CR went out already and gets its LF; a bare LF is replaced.
        this.#emit(afterCr ? LINE_FEED : CRLF);
        start = afterCr ? at : at + 1;
      }
      afterCr = octet === CR;
    }
    if (start < chunk.length) this.#emit(start === 0 ? chunk : chunk.subarray(start));
    this.#afterCr = afterCr;
  }

  end(): void {
    if (this.#afterCr) this.#emit(LINE_FEED);
    this.#afterCr = false;
  }
}
