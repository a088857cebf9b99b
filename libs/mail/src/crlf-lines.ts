// Makes every bare LF of a text a CRLF, in whatever pieces it comes (RFC 5322 §2.1: CRLF ends a line). A bare CR stays: two
// CR before an LF are the slip of a program, and no two line ends.

const LF = 0x0a;
const CR = 0x0d;

export class CrlfLines {
  #last = 0;

  /** The next piece with its line ends right; the piece itself where they are. */
  convert(piece: Buffer): Buffer {
    if (piece.length === 0) return piece;
    const bare: number[] = [];
    for (let at = piece.indexOf(LF); at >= 0; at = piece.indexOf(LF, at + 1)) {
      if ((at === 0 ? this.#last : piece[at - 1]) !== CR) bare.push(at);
    }
    this.#last = piece[piece.length - 1] as number;
    if (bare.length === 0) return piece;
    const converted = Buffer.allocUnsafe(piece.length + bare.length);
    let from = 0;
    for (const [count, at] of bare.entries()) {
      piece.copy(converted, from + count, from, at);
      converted[at + count] = CR;
      from = at;
    }
    piece.copy(converted, from + bare.length, from);
    return converted;
  }
}
