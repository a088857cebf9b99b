// The header that is being read, as far as it is kept: its first octets as they are, and of what follows a limit only the
// fields that are asked for, each cut. A list of thousands of recipients, or of junk, in front of Subject and
// Content-Type then hides neither, and memory stays bounded. What is kept does not depend on how the octets come. Where the
// fields behind the limit lie in the header is remembered, and whether one that claims something was not kept.

import { trimBlanksEnd } from './blanks.ts';
import { isClaimingField } from './claiming-fields.ts';
import { isShortHeaderField } from './short-header.ts';

const LF = 0x0a;
const COLON = 0x3a;
const CRLF = Buffer.from('\r\n');
const EMPTY: Buffer = Buffer.alloc(0);
/** What part of the limit may be kept of one field behind it. */
const FIELD_SHARE = 1 / 8;
/** A longer name is none of those asked for. */
const MAX_NAME = 80;
const MIN_BUFFER = 1024;

export class HeldHeader {
  readonly #limit: number;
  #bytes: Buffer = EMPTY;
  #length = 0;
  /** Null: below the limit. */
  #field: Field | null = null;
  /** Octets of the header that came. */
  #seen = 0;
  #places: Place[] = [];
  /** Of the field that is being read. */
  #open: Place | null = null;
  #hidesClaims = false;

  /** @param limit octets kept as they are; as many again of the fields behind */
  constructor(limit: number) {
    this.#limit = limit;
  }

  clear(): void {
    this.#length = 0;
    this.#field = null;
    this.#seen = 0;
    this.#places = [];
    this.#open = null;
    this.#hidesClaims = false;
  }

  /** A field that claims something came behind the limit and was not kept, or a From was cut. */
  get hidesClaims(): boolean {
    return this.#hidesClaims;
  }

  /** Of the fields that end behind the limit and were kept: where they lie, by where they begin in what `take` gives. */
  places(): Map<number, FieldPlace> {
    return new Map(this.#places.map(({ held, start, end }) => [held, { start, end: end ?? this.#seen }]));
  }

  add(bytes: Buffer): void {
    const whole = this.#field ? EMPTY : bytes.subarray(0, this.#limit - this.#length);
    this.#append(whole);
    this.#seen += whole.length;
    if (whole.length === bytes.length) return;
    if (this.#field === null) {
      this.#field = lastField(this.#bytes.subarray(0, this.#length), this.#limit * FIELD_SHARE);
      this.#note(this.#field.start, this.#field.start);
    }
    this.#addBehind(this.#field, bytes.subarray(whole.length));
  }

  /** The first `length` octets of the header, or what is kept of them. Valid until the next call. */
  take(length: number): Buffer {
    return this.#bytes.subarray(0, length > this.#limit ? this.#length : Math.min(length, this.#length));
  }

  #addBehind(field: Field, bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const feed = bytes.indexOf(LF, at);
      const end = feed < 0 ? bytes.length : feed + 1;
      if (field.isAtLine && !isFolded(bytes[at] ?? 0)) this.#begin(field);
      this.#continue(field, bytes.subarray(at, end));
      this.#seen += end - at;
      field.isAtLine = feed >= 0;
      at = end;
    }
  }

  #begin(field: Field): void {
    if (this.#open !== null) this.#open.end = this.#seen;
    this.#open = null;
    Object.assign(field, {
      start: this.#seen,
      state: 'named',
      name: '',
      notHeld: '',
      beganBehind: true,
      room: this.#limit * FIELD_SHARE,
    });
  }

  #continue(field: Field, piece: Buffer): void {
    if (field.state === 'dropped') return;
    if (field.state === 'named') {
      const colon = piece.indexOf(COLON);
      const more = piece.toString('latin1', 0, Math.min(colon < 0 ? piece.length : colon, MAX_NAME));
      field.name += more;
      const isShort = field.name.length < MAX_NAME;
      if (colon < 0 && isShort && piece.at(-1) !== LF) {
        field.notHeld += more;
        return;
      }
      const isKept = colon >= 0 && isShort && isNeeded(field.name) && this.#length < 2 * this.#limit;
      field.state = isKept ? 'kept' : 'dropped';
      if (!isKept) {
        if (colon >= 0 && isShort && isClaimingField(lowerOf(field.name))) this.#hidesClaims = true;
        return;
      }
      if (field.beganBehind) {
        this.#endLine();
        this.#note(this.#length, field.start);
      }
      this.#appendKept(field, Buffer.from(field.notHeld, 'latin1'));
    }
    this.#appendKept(field, piece);
  }

  #note(held: number, start: number): void {
    this.#open = { held, start, end: null };
    this.#places.push(this.#open);
  }

  #endLine(): void {
    if (this.#length > 0 && this.#bytes[this.#length - 1] !== LF) this.#append(CRLF);
  }

  #appendKept(field: Field, piece: Buffer): void {
    if (field.state === 'dropped') return;
    const room = Math.max(0, Math.min(field.room, 2 * this.#limit - this.#length));
    this.#append(piece.subarray(0, room));
    field.room -= piece.length;
    if (piece.length <= room) return;
    field.state = 'dropped';
    if (lowerOf(field.name) === 'from') this.#hidesClaims = true;
    this.#endLine();
  }

  #append(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#bytes.length, MIN_BUFFER));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    piece.copy(this.#bytes, this.#length);
    this.#length = length;
  }
}

/** Octets of the header. */
export interface FieldPlace {
  start: number;
  end: number;
}

interface Place {
  held: number;
  start: number;
  /** Null: it has not ended yet. */
  end: number | null;
}

/** The field behind the limit that is being read. */
interface Field {
  /** Where it begins in the header. */
  start: number;
  state: 'named' | 'kept' | 'dropped';
  /** As far as it was read. */
  name: string;
  /** Of its name, behind the limit. */
  notHeld: string;
  beganBehind: boolean;
  /** Octets that may still be kept of it. */
  room: number;
  /** The next octet begins a line. */
  isAtLine: boolean;
}

function isFolded(octet: number): boolean {
  return octet === 0x20 || octet === 0x09;
}

function isNeeded(name: string): boolean {
  const lower = lowerOf(name);
  return lower === 'received' || isShortHeaderField(lower) || isClaimingField(lower);
}

function lowerOf(name: string): string {
  return trimBlanksEnd(name).toLowerCase();
}

/** The field in whose midst the octets end. */
function lastField(bytes: Buffer, room: number): Field {
  let start = bytes.length;
  do start = start < 2 ? 0 : bytes.lastIndexOf(LF, start - 2) + 1;
  while (start > 0 && isFolded(bytes[start] ?? 0));
  const colon = bytes.indexOf(COLON, start);
  const feed = bytes.indexOf(LF, start);
  const isNamed = colon < 0 && feed < 0;
  const name = bytes.toString('latin1', start, colon < 0 ? bytes.length : colon).slice(0, MAX_NAME);
  const isKept = colon >= 0 && (feed < 0 || colon < feed) && isNeeded(name);
  return {
    start,
    state: isNamed ? 'named' : isKept ? 'kept' : 'dropped',
    name,
    notHeld: '',
    beganBehind: false,
    room,
    isAtLine: bytes.at(-1) === LF,
  };
}
