// Reading BER as RFC 4511 §5.1 restricts it: definite lengths, primitive strings. A reader looks at a piece of a message
// that is there as a whole; nothing it reads can reach beyond that piece, and nothing is copied but what is taken.
import { MalformedBer } from './malformed.ts';
import { tags } from './tags.ts';

/** Length octets after the first one. Four are enough for every message that is taken. */
const MAX_LENGTH_OCTETS = 4;
const strict = new TextDecoder('utf-8', { fatal: true });

export class BerReader {
  readonly #octets: Buffer;
  #at = 0;

  constructor(octets: Buffer) {
    this.#octets = octets;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#octets.length;
  }

  /** The tag of what comes next; null at the end. */
  get nextTag(): number | null {
    return this.#octets[this.#at] ?? null;
  }

  /** The content of the next element, which has this tag. */
  content(tag: number): Buffer {
    const start = this.#start(tag);
    return this.#octets.subarray(start, this.#at);
  }

  /** The content, when the next element has this tag. */
  optional(tag: number): Buffer | null {
    return this.nextTag === tag ? this.content(tag) : null;
  }

  /** The next element, whatever it is. */
  element(): { tag: number; content: Buffer } {
    const tag = this.#tag();
    const start = this.#pass();
    return { tag, content: this.#octets.subarray(start, this.#at) };
  }

  inside(tag: number = tags.sequence): BerReader {
    return new BerReader(this.content(tag));
  }

  text(tag: number = tags.octetString): string {
    const start = this.#start(tag);
    const text = textBetween(this.#octets, start, this.#at);
    if (text === null) throw notUtf8();
    return text;
  }

  integer(tag: number = tags.integer): number {
    return integerOf(this.content(tag));
  }

  boolean(tag: number = tags.boolean): boolean {
    return booleanOf(this.content(tag));
  }

  /** Nothing may follow. */
  end(): void {
    if (!this.isAtEnd) throw new MalformedBer('more than belongs there');
  }

  /** Goes behind the next element, which has this tag; answers where its content begins. */
  #start(tag: number): number {
    const found = this.#tag();
    if (found !== tag) throw new MalformedBer(`tag 0x${hex(found)} where 0x${hex(tag)} belongs`);
    return this.#pass();
  }

  #tag(): number {
    const tag = this.#octet();
    if ((tag & 0x1f) === 0x1f) throw new MalformedBer('a tag of several octets');
    return tag;
  }

  /** Behind the tag: goes behind the content, and answers where it begins. */
  #pass(): number {
    const length = this.#length();
    const start = this.#at;
    const end = start + length;
    if (end > this.#octets.length) throw new MalformedBer('an element reaches beyond what holds it');
    this.#at = end;
    return start;
  }

  #octet(): number {
    const octet = this.#octets[this.#at];
    if (octet === undefined) throw new MalformedBer('it ends too early');
    this.#at++;
    return octet;
  }

  #length(): number {
    const first = this.#octet();
    if (first < 0x80) return first;
    // RFC 4511 §5.1: only the definite form of length encoding is used.
    if (first === 0x80) throw new MalformedBer('an indefinite length');
    const count = first & 0x7f;
    if (count > MAX_LENGTH_OCTETS) throw new MalformedBer('a length of too many octets');
    let length = 0;
    for (let index = 0; index < count; index++) length = length * 256 + this.#octet();
    return length;
  }
}

/** Numbers of LDAP have 31 bits; zeros in front are borne. */
export function integerOf(content: Buffer): number {
  if (content.length === 0 || content.length > 6) throw new MalformedBer('no number that fits');
  return content.readIntBE(0, content.length);
}

export function booleanOf(content: Buffer): boolean {
  if (content.length !== 1) throw new MalformedBer('no boolean');
  return content[0] !== 0;
}

/** RFC 4511 §4.1.2: an LDAPString is UTF-8. */
export function utf8(content: Buffer): string {
  const text = textOf(content);
  if (text === null) throw notUtf8();
  return text;
}

/** null: it is not UTF-8. */
export function textOf(content: Buffer): string | null {
  return textBetween(content, 0, content.length);
}

/** Of a text up to this length each octet is looked at: the decoder is dearer to call. */
const SHORT = 64;

function textBetween(octets: Buffer, from: number, to: number): string | null {
  if (to - from <= SHORT && isAscii(octets, from, to)) return octets.toString('latin1', from, to);
  try {
    return strict.decode(octets.subarray(from, to));
  } catch {
    return null;
  }
}

function isAscii(octets: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((octets[at] as number) > 0x7f) return false;
  return true;
}

function notUtf8(): MalformedBer {
  return new MalformedBer('a text that is not UTF-8');
}

function hex(tag: number): string {
  return tag.toString(16).padStart(2, '0');
}
