// Reads the arguments of one command: line text and the literals between, from left to right (RFC 9051 §9).
//
// Text is latin1: one char is one octet. Nothing here waits for the network: by now all literals have come.
// Whatever breaks the grammar throws `BadSyntax`, which the session answers with BAD.

/** A part of a line, which ends with `{n}` where a literal follows, or the octets of the literal. */
export type Piece = string | Buffer;

export class BadSyntax extends Error {
  override name = 'BadSyntax';
}

// RFC 9051 §9: ATOM-CHAR is any CHAR but "(", ")", "{", SP, CTL, list-wildcards, quoted-specials, resp-specials.
const ATOM = /[^(){ \u0000-\u001f\u007f-\u00ff%*"\\\]]+/y; // oxlint-disable-line no-control-regex
// ASTRING-CHAR adds "]"; 8-bit octets are taken too, because clients send them in mailbox names.
const ASTRING = /[^(){ \u0000-\u001f\u007f%*"\\]+/y; // oxlint-disable-line no-control-regex
const LIST_MAILBOX = /[^(){ \u0000-\u001f\u007f"\\]+/y; // oxlint-disable-line no-control-regex
const TAG = /[^(){ \u0000-\u001f\u007f-\u00ff%*"\\+]+/y; // oxlint-disable-line no-control-regex
const DIGITS = /[0-9]+/y;
const SEQUENCE_SET = /[0-9*:,]+/y;
const LITERAL = /^\{[0-9]{1,20}\+?\}$/;
const MESSAGE = /^~?\{[0-9]{1,20}\+?\}$/;

/** RFC 9051 §9: number is 32 bits, number64 is 63. */
const MAX_NUMBER = 4_294_967_295;

export class Cursor {
  readonly #pieces: readonly Piece[];
  #piece = 0;
  #text: string;
  #at = 0;

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
    this.#text = typeof pieces[0] === 'string' ? pieces[0] : '';
  }

  /** The next octet, or '' at the end of the command. */
  get next(): string {
    return this.#text[this.#at] ?? '';
  }

  /** Whether only a literal or literal8 that has not been read yet follows. */
  get isAtLiteral(): boolean {
    return this.#piece === this.#pieces.length - 1 && MESSAGE.test(this.#text.slice(this.#at));
  }

  /** Throws unless everything has been read. */
  end(): void {
    if (this.next !== '' || this.#piece < this.#pieces.length - 1) throw new BadSyntax('too many arguments');
  }

  /** One blank by RFC 9051 §9; more are taken for one. */
  space(): void {
    if (!this.take(' ')) throw new BadSyntax(this.next === '' ? 'missing argument' : 'space expected');
  }

  /** Takes one character if it is next; of blanks, all there are. */
  take(char: string): boolean {
    if (this.next !== char) return false;
    this.#at++;
    if (char === ' ') while (this.#text.startsWith(' ', this.#at)) this.#at++;
    return true;
  }

  expect(char: string): void {
    if (!this.take(char)) throw new BadSyntax(`"${char}" expected`);
  }

  tag(): string {
    return this.#match(TAG, 'tag');
  }

  atom(): string {
    return this.#match(ATOM, 'atom');
  }

  /** An atom in capitals if it is next; for optional words. */
  word(): string {
    return this.atom().toUpperCase();
  }

  /** Takes the word if it comes next, as a whole, in any case. */
  takeWord(word: string): boolean {
    const end = this.#at + word.length;
    if (this.#text.slice(this.#at, end).toUpperCase() !== word) return false;
    if (/[^() ]/.test(this.#text[end] ?? '')) return false;
    this.#at = end;
    return true;
  }

  number(): number {
    const value = Number(this.#match(DIGITS, 'number'));
    if (value > MAX_NUMBER) throw new BadSyntax('number too large');
    return value;
  }

  /** RFC 9051 §9 nz-number. */
  positive(): number {
    const value = this.number();
    if (value === 0) throw new BadSyntax('number must not be 0');
    return value;
  }

  /** RFC 7162 §7 mod-sequence-value: 63 bits; what lies beyond 2^53 is above every MODSEQ. */
  number64(): number {
    const digits = this.#match(DIGITS, 'number');
    if (digits.length > 19) throw new BadSyntax('number too large');
    return Number(digits);
  }

  /** The characters of a sequence set, unread: see sequence-set.ts. */
  sequenceSet(): string {
    return this.#match(SEQUENCE_SET, 'sequence set');
  }

  astring(): string {
    return this.#isString() ? this.string() : this.#match(ASTRING, 'string');
  }

  /** RFC 9051 §9 list-mailbox: wildcards may stand unquoted. */
  listMailbox(): string {
    return this.#isString() ? this.string() : this.#match(LIST_MAILBOX, 'mailbox pattern');
  }

  string(): string {
    return this.next === '"' ? this.#quoted() : this.#literal().toString('latin1');
  }

  /** Null for NIL. */
  nstring(): string | null {
    return this.takeWord('NIL') ? null : this.string();
  }

  /** `(a b c)`, possibly empty; blanks inside the brackets do no harm. */
  list<T>(item: () => T): T[] {
    this.expect('(');
    const items: T[] = [];
    this.take(' ');
    while (!this.take(')')) {
      items.push(item());
      if (this.next !== ')') this.space();
    }
    return items;
  }

  /** Everything up to one of these characters; it may be empty. */
  until(stops: string): string {
    let end = this.#at;
    while (end < this.#text.length && !stops.includes(this.#text[end] as string)) end++;
    const text = this.#text.slice(this.#at, end);
    this.#at = end;
    return text;
  }

  /** The rest of the line. */
  rest(): string {
    return this.until('');
  }

  #isString(): boolean {
    // RFC 9051 §9: a tilde is a character of atoms; the literal8 that it may begin is for messages only.
    return this.next === '"' || this.next === '{';
  }

  #match(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new BadSyntax(this.next === '' ? `missing ${what}` : `${what} expected`);
    this.#at += found.length;
    return found;
  }

  // RFC 9051 §9 quoted: a backslash stands before a quote or a backslash only. Before anything else, where clients put
  // one that do not know of the rule, it is passed over.
  #quoted(): string {
    let value = '';
    for (let at = this.#at + 1; ; at++) {
      const char = this.#text[at];
      if (char === undefined) throw new BadSyntax('quoted string without end');
      if (char === '"') {
        this.#at = at + 1;
        return value;
      }
      if (char === '\\') {
        at++;
        value += this.#text[at] ?? '';
      } else {
        // RFC 9051 §9: neither NUL nor CR is a QUOTED-CHAR.
        if (char === '\0' || char === '\r') throw new BadSyntax('control character in a quoted string');
        value += char;
      }
    }
  }

  #literal(): Buffer {
    const octets = this.#pieces[this.#piece + 1];
    if (!LITERAL.test(this.#text.slice(this.#at)) || !Buffer.isBuffer(octets))
      throw new BadSyntax('string expected');
    // RFC 9051 §4.3: only literal8 may hold NUL, and nothing but a message may be one.
    if (octets.includes(0)) throw new BadSyntax('a literal must not contain NUL');
    this.#piece += 2;
    const following = this.#pieces[this.#piece];
    this.#text = typeof following === 'string' ? following : '';
    this.#at = 0;
    return octets;
  }
}

export interface LiteralMarker {
  length: number;
  /** RFC 7888: the client sends it without waiting. */
  isNonSynchronizing: boolean;
  /** RFC 3516 §4.4: `~{n}`, binary. */
  isLiteral8: boolean;
}

const MARKER_AT_END = /(~?)\{([0-9]{1,20})(\+?)\}$/;

/** The literal that a line announces at its end, or null. A length beyond 2^53 stays that large. */
export function literalMarker(line: string): LiteralMarker | null {
  const found = MARKER_AT_END.exec(line.slice(-26));
  if (found === null) return null;
  const [, tilde, length, plus] = found;
  return { length: Number(length), isNonSynchronizing: plus === '+', isLiteral8: tilde === '~' };
}
