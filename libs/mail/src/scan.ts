// Streaming MIME scanner: one pass over a mail in whatever chunks it comes, giving its structure with byte ranges and
// what the line discipline of RFC 5321 §4.5.3.1.6 and RFC 5322 §2.1 asks about (longest line, bare CR or LF, NUL).
//
// On the path of every mail: bytes are looked at four at a time and nothing of a body is copied. Only a header and the
// beginning of a line that a chunk cut are kept, so memory is bounded. Time is linear and the result does not depend on
// where chunks are cut.

import type { HeaderField } from './header.ts';
import { type FieldPlace, HeldHeader } from './held-header.ts';
import type { Mark, Part, ScanLimits } from './structure.ts';
import { DEFAULT_SCAN_LIMITS, PartTree } from './structure.ts';

export interface ScannedMail {
  size: number;
  /** Up to and including the blank line. */
  headerLength: number;
  /** The top header as it is; from `headerBytes` of the limits on only what HeldHeader keeps of it. */
  header: Buffer;
  /** With their ranges in `header`. */
  fields: HeaderField[];
  /** The top header went over the limit: fields are missing, and ranges behind it are not those of the mail. */
  isHeaderCut: boolean;
  /** Where in the mail the fields lie that end behind the limit, by where they begin in `header`. */
  movedFields: ReadonlyMap<number, FieldPlace>;
  /** There may be fields behind the limit that claim something (From, Return-Path, Authentication-Results, our marks). */
  hidesClaims: boolean;
  root: Part;
  receivedCount: number;
  /** A CR without LF or an LF without CR. */
  hasBareLineBreaks: boolean;
  hasNul: boolean;
  has8bit: boolean;
  /** Octets without line end. */
  longestLine: number;
  /** What was odd, in words; never a reason to refuse by itself. */
  problems: string[];
}

const NUL = 0x00;
const LF = 0x0a;
const CR = 0x0d;
const DASH = 0x2d;

/** What is looked at of a line besides the longest boundary: `--` at both ends, and one octet more. */
const DELIMITER_SLACK = 8;
const MIN_HEADER_BYTES = 1024;

const EMPTY: Buffer = Buffer.alloc(0);
const NOTHING_MOVED: ReadonlyMap<number, FieldPlace> = new Map();
const NO_WORDS = new Int32Array(0);
/** Shorter chunks are not worth a view of their words. */
const MIN_WORD_CHUNK = 64;
/** Octets below are NUL, TAB, LF, CR and rare controls: the ones to look at. */
const FIRST_HARMLESS = 0x0e;
const HARMLESS_WORD = FIRST_HARMLESS * 0x01010101;
const HIGH_BITS = 0x80808080 | 0;

export class MailScanner {
  readonly #tree: PartTree;
  readonly #headerBytes: number;
  readonly #headerReach: number;
  #size = 0;
  #lineFeeds = 0;
  #lineStart = 0;
  /** Octets of the line end before the current line, 0 at the start of the mail. */
  #lastBreak = 0;
  #lastLineWasEmpty = false;
  #endedWithCr = false;
  /** First octets of the current line, as far as it began in earlier chunks. */
  readonly #carry: Buffer;
  #carryLength = 0;
  /** The current header as far as it came in earlier chunks. */
  readonly #held: HeldHeader;
  #header: Buffer = EMPTY;
  #isHeaderCut = false;
  #movedFields: ReadonlyMap<number, FieldPlace> = NOTHING_MOVED;
  #hidesClaims = false;
  #hasBareLineBreaks = false;
  #hasNul = false;
  #bits = 0;
  #longestLine = 0;

  constructor(limits: Partial<ScanLimits> = {}) {
    const all = { ...DEFAULT_SCAN_LIMITS, ...limits };
    this.#tree = new PartTree(all);
    this.#headerBytes = Math.max(all.headerBytes, MIN_HEADER_BYTES);
    this.#headerReach = Math.max(all.headerReach, this.#headerBytes);
    this.#held = new HeldHeader(this.#headerBytes);
    this.#carry = Buffer.allocUnsafe(all.boundaryBytes + DELIMITER_SLACK);
  }

  write(chunk: Buffer): void {
    if (chunk.length === 0) return;
    if (this.#endedWithCr && chunk[0] !== LF) this.#hasBareLineBreaks = true;
    this.#scan(chunk);
    this.#endedWithCr = chunk[chunk.length - 1] === CR;
    this.#endChunk(chunk);
    this.#size += chunk.length;
  }

  end(): ScannedMail {
    const tree = this.#tree;
    const size = this.#size;
    if (this.#endedWithCr) this.#hasBareLineBreaks = true;
    const partial = size - this.#lineStart;
    if (partial > this.#longestLine) this.#longestLine = partial;
    // The last line may be a delimiter without line end.
    if (partial > 0 && tree.hasDelimiters && this.#startsWithDashes(EMPTY))
      this.#delimiterLine(EMPTY, 0, size);
    while (tree.inHeader) this.#endHeader(EMPTY, size, this.#lineFeeds);
    const lineFeeds = this.#lineFeeds + (partial > 0 ? 1 : 0);
    tree.finish({ offset: size, lines: (from) => (size > from.offset ? lineFeeds - from.lineFeeds : 0) });
    return this.#result();
  }

  #result(): ScannedMail {
    const fields = this.#tree.rootFields;
    return {
      size: this.#size,
      headerLength: this.#tree.root.bodyStart,
      header: this.#header,
      fields,
      isHeaderCut: this.#isHeaderCut,
      movedFields: this.#movedFields,
      hidesClaims: this.#hidesClaims,
      root: this.#tree.root,
      receivedCount: fields.filter((field) => field.lower === 'received').length,
      hasBareLineBreaks: this.#hasBareLineBreaks,
      hasNul: this.#hasNul,
      has8bit: (this.#bits & HIGH_BITS) !== 0,
      longestLine: this.#longestLine,
      problems: [...this.#tree.problems],
    };
  }

  /** Finds the line ends of a chunk, four octets at a time. */
  #scan(chunk: Buffer): void {
    const length = chunk.length;
    const lead = -chunk.byteOffset & 3;
    const words = length < MIN_WORD_CHUNK ? NO_WORDS : wordsOf(chunk, lead);
    let bits = this.#bits;
    let at = 0;
    while (at < length) {
      const octet = chunk[at] ?? 0;
      bits |= octet;
      if (octet < FIRST_HARMLESS) {
        if (octet === LF) this.#lineFeed(chunk, at);
        else if (octet === CR) {
          if (at + 1 < length && chunk[at + 1] !== LF) this.#hasBareLineBreaks = true;
        } else if (octet === NUL) this.#hasNul = true;
      }
      at++;
      if (((at - lead) & 3) !== 0 || at < lead) continue;
      let word = (at - lead) >> 2;
      while (word < words.length) {
        const value = words[word] ?? 0;
        bits |= value;
        // Some octet of the word is below FIRST_HARMLESS (or one above such an octet: looked at in vain).
        if (((value - HARMLESS_WORD) & ~value & HIGH_BITS) !== 0) break;
        word++;
      }
      at = Math.max(at, lead + (word << 2));
    }
    this.#bits = bits;
  }

  #lineFeed(chunk: Buffer, at: number): void {
    const position = this.#size + at;
    const afterCr = at > 0 ? chunk[at - 1] === CR : this.#endedWithCr;
    if (!afterCr) this.#hasBareLineBreaks = true;
    const lineBreak = afterCr ? 2 : 1;
    const length = position + 1 - lineBreak - this.#lineStart;
    if (length > this.#longestLine) this.#longestLine = length;
    if (this.#tree.inHeader) this.#headerLine(chunk, at, length === 0);
    else if (this.#tree.hasDelimiters && this.#startsWithDashes(chunk))
      this.#delimiterLine(chunk, at, position + 1);
    this.#lineFeeds++;
    this.#lineStart = position + 1;
    this.#lastBreak = lineBreak;
    this.#lastLineWasEmpty = length === 0;
    this.#carryLength = 0;
  }

  #headerLine(chunk: Buffer, at: number, isBlank: boolean): void {
    const next = this.#size + at + 1;
    this.#cutLongHeaders(chunk, next);
    if (this.#tree.hasDelimiters && this.#startsWithDashes(chunk) && this.#delimiterLine(chunk, at, next))
      return;
    if (isBlank && this.#tree.inHeader) this.#endHeader(chunk, next, this.#lineFeeds + 1);
  }

  /** A header beyond all reason ends in the midst of it. */
  #cutLongHeaders(chunk: Buffer, until: number): void {
    const tree = this.#tree;
    if (!tree.inHeader || until - tree.headerStart <= this.#headerReach) return;
    this.#endHeader(chunk, tree.headerStart + this.#headerReach, this.#lineFeeds, true);
  }

  #endHeader(chunk: Buffer, bodyStart: number, lineFeeds: number, isCut = false): void {
    const tree = this.#tree;
    const isTop = this.#header === EMPTY && tree.headerStart === 0;
    const isOver = bodyStart - tree.headerStart > this.#headerBytes;
    if (isOver) tree.problems.add(`header longer than ${this.#headerBytes} octets`);
    if (isTop) this.#isHeaderCut = isOver;
    const bytes = this.#headerTo(chunk, bodyStart, isOver);
    if (isTop && isOver) {
      this.#movedFields = this.#held.places();
      this.#hidesClaims = isCut || this.#held.hidesClaims;
    }
    // Copied, because the caller may use the chunk's memory again.
    if (isTop && bytes.length > 0) this.#header = Buffer.from(bytes);
    tree.endHeader(bytes, { offset: bodyStart, lineFeeds }, isCut);
    this.#held.clear();
  }

  /** The current header up to `until`, which lies in the chunk, in what is held, or in both. */
  #headerTo(chunk: Buffer, until: number, isOver: boolean): Buffer {
    const start = this.#tree.headerStart;
    if (start >= this.#size && !isOver) return chunk.subarray(start - this.#size, until - this.#size);
    if (until > this.#size) this.#hold(chunk.subarray(0, until - this.#size));
    return this.#held.take(until - start);
  }

  /** Adds what a chunk, or its beginning, has of the current header. */
  #hold(chunk: Buffer): void {
    const start = this.#tree.headerStart;
    if (start >= this.#size) this.#held.clear();
    this.#held.add(chunk.subarray(Math.max(0, start - this.#size)));
  }

  #startsWithDashes(chunk: Buffer): boolean {
    const offset = this.#lineStart - this.#size;
    if (offset >= 0) return chunk[offset] === DASH && chunk[offset + 1] === DASH;
    const second = this.#carryLength > 1 ? this.#carry[1] : chunk[0];
    return this.#carry[0] === DASH && second === DASH;
  }

  /** Whether the line that ends at `at` is a delimiter of an open multipart; if so the tree has been told. */
  #delimiterLine(chunk: Buffer, at: number, next: number): boolean {
    const tree = this.#tree;
    const lineStart = this.#lineStart;
    const offset = lineStart - this.#size;
    const room = this.#carry.length;
    const line =
      offset >= 0
        ? chunk.toString('latin1', offset, Math.min(at, offset + room))
        : this.#carry.toString('latin1', 0, this.#carryLength) +
          chunk.toString('latin1', 0, Math.min(at, room - this.#carryLength));
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    const hit = tree.findDelimiter(text);
    if (!hit) return false;
    // A delimiter also ends a header that has no blank line; it is none of a multipart that this header begins.
    while (tree.inHeader) this.#endHeader(chunk, lineStart, this.#lineFeeds);
    // No more parts: delimiters are text from here on.
    if (!tree.hasDelimiters) return false;
    // RFC 2046 §5.1.1: the line end before a delimiter belongs to the delimiter, not to the body.
    const emptyLine = this.#lastLineWasEmpty ? 1 : 0;
    const lineFeeds = this.#lineFeeds - emptyLine;
    const lines = (from: Mark) => (lineStart > from.offset ? lineFeeds - from.lineFeeds : 0);
    tree.delimit(hit, { offset: lineStart - this.#lastBreak, lines }, next);
    return true;
  }

  /** Keeps what the next chunk needs of this one: the unfinished header and the beginning of the unfinished line. */
  #endChunk(chunk: Buffer): void {
    const end = this.#size + chunk.length;
    this.#cutLongHeaders(chunk, end);
    const from = Math.max(0, this.#lineStart - this.#size);
    const room = this.#carry.length - this.#carryLength;
    if (room > 0) this.#carryLength += chunk.copy(this.#carry, this.#carryLength, from, from + room);
    if (this.#tree.inHeader) this.#hold(chunk);
  }
}

/** The fields of the top header with their ranges in the mail. */
export function fieldsInMail({ fields, movedFields }: ScannedMail): readonly HeaderField[] {
  if (movedFields.size === 0) return fields;
  return fields.map((field) => ({ ...field, ...movedFields.get(field.start) }));
}

/** Views a chunk's whole words from the first aligned octet on. */
function wordsOf(chunk: Buffer, lead: number): Int32Array {
  return new Int32Array(chunk.buffer, chunk.byteOffset + lead, (chunk.length - lead) >> 2);
}
