// RFC 6376 §3.4.3, §3.4.4: a body in its simple or relaxed form, piece by piece, whatever the pieces are. One pass over its
// octets and the same work for each of them: nothing grows with a line of it, nor with how many lines there are.

export type BodyForm = 'simple' | 'relaxed';

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;

const TEXT = 0;
const RETURN = 1;
const FEED = 2;
const BLANK = 3;

const kindsOf = (blanks: readonly number[]): Uint8Array => {
  const kinds = new Uint8Array(256);
  kinds[CR] = RETURN;
  kinds[LF] = FEED;
  for (const blank of blanks) kinds[blank] = BLANK;
  return kinds;
};
const KINDS: Readonly<Record<BodyForm, Uint8Array>> = {
  simple: kindsOf([]),
  // RFC 6376 §3.4.4, §2.8: WSP is space and tab.
  relaxed: kindsOf([SPACE, 0x09]),
};

const STEP = 64 * 1024;
/** What a step becomes at most: a line end for each octet of it, and the blank and the CR from before. */
const made = new Uint8Array(2 * STEP + 2);
const LINE_END = Uint8Array.of(CR, LF);
const lineEnds = new Uint8Array(2 * STEP).map((_, at) => (at % 2 === 0 ? CR : LF));

export class CanonicalBody {
  readonly #kinds: Uint8Array;
  readonly #isSimple: boolean;
  readonly #take: (octets: Uint8Array) => void;
  /** Line ends that were seen, and count only when something follows. */
  #lineEnds = 0;
  /** Blanks that were seen, and count only when something follows on the line. */
  #hasBlank = false;
  #isAfterCr = false;
  #isEmpty = true;

  /** `take` gets octets that are its own only until it returns. */
  constructor(form: BodyForm, take: (octets: Uint8Array) => void) {
    this.#kinds = KINDS[form];
    this.#isSimple = form === 'simple';
    this.#take = take;
  }

  write(piece: Uint8Array): void {
    for (let at = 0; at < piece.length; at += STEP) this.#step(piece.subarray(at, at + STEP));
  }

  end(): void {
    // A CR that no LF follows ends no line: another one behind it says so.
    if (this.#isAfterCr) this.#step(Uint8Array.of(CR));
    // RFC 6376 §3.4.3, §3.4.4: a last line without an end gets one; relaxed, a body of nothing stays nothing.
    if (this.#isSimple || !this.#isEmpty) this.#take(LINE_END);
  }

  // All that the loop needs is in variables: it runs for each octet of each mail.
  #step(piece: Uint8Array): void {
    const kinds = this.#kinds;
    let isAfterCr = this.#isAfterCr;
    let hasBlank = this.#hasBlank;
    let ends = 0;
    let length = 0;
    for (let at = 0; at < piece.length; at++) {
      const octet = piece[at] as number;
      const kind = kinds[octet];
      if (kind === FEED) {
        // What leaves has CRLF; a bare LF that was let in is a line end for whoever reads it.
        isAfterCr = false;
        hasBlank = false;
        ends++;
        continue;
      }
      if (kind === TEXT || isAfterCr) {
        if (this.#lineEnds > 0) this.#takeLineEnds();
        for (; ends > 0; ends--) {
          made[length++] = CR;
          made[length++] = LF;
        }
        if (hasBlank) made[length++] = SPACE;
        if (isAfterCr) made[length++] = CR;
        hasBlank = false;
      }
      isAfterCr = kind === RETURN;
      if (kind === TEXT) made[length++] = octet;
      else if (kind === BLANK) hasBlank = true;
    }
    this.#isAfterCr = isAfterCr;
    this.#hasBlank = hasBlank;
    this.#lineEnds += ends;
    if (length === 0) return;
    this.#isEmpty = false;
    this.#take(made.subarray(0, length));
  }

  /** Those of former steps: nothing of this one has been put yet. */
  #takeLineEnds(): void {
    for (; this.#lineEnds > 0; this.#lineEnds -= Math.min(STEP, this.#lineEnds)) {
      this.#take(lineEnds.subarray(0, 2 * Math.min(STEP, this.#lineEnds)));
    }
  }
}
