// A message in US-ASCII, for a server without 8BITMIME or SMTPUTF8: part by part, in one pass for looking and one for
// writing, in little memory however large it is. RFC 6152 §3, RFC 2045 §6, RFC 2046 §5.
//
// What is signed as it stands (multipart/signed) and what allows no encoding stays; a message with 8-bit octets there
// cannot be converted. Signatures over the whole (DKIM) do not survive.
import { isAscii } from 'node:buffer';
import { parseContentType } from './content-type.ts';
import { type HeaderField, parseHeaderFields } from './header.ts';
import { editedHeader } from './header-edits.ts';
import { type DelimiterHit, OpenDelimiters } from './open-delimiters.ts';
import { sevenBitHeader } from './seven-bit-header.ts';
import { boundaryIn, DEFAULT_SCAN_LIMITS, readEncoding } from './structure.ts';
import { Base64, type BodyEncoder, QuotedPrintable } from './transfer-encoding.ts';

/** Why a message cannot be converted. */
export class Unconvertible extends Error {
  override name = 'Unconvertible';
}

export type PartEncoding = 'keep' | '7bit' | 'quoted-printable' | 'base64';

const MAX_HEADER = 1024 * 1024;
const MAX_DEPTH = 50;
/** Octets of a line that may be a delimiter: the longest boundary, and what stands around it. */
const DELIMITER_ROOM = DEFAULT_SCAN_LIMITS.boundaryBytes + 64;
/** Longer lines come in pieces. */
const MAX_LINE = 64 * 1024;
const LF = 0x0a;
const CR = 0x0d;
const CRLF = Buffer.from('\r\n');
const NOTHING = Buffer.alloc(0);

/** How each part that is no container is to be written, in their order. Throws `Unconvertible`. */
export async function partEncodings(message: AsyncIterable<Buffer>): Promise<PartEncoding[]> {
  const walk = new Walk(null);
  for await (const piece of message) walk.take(piece);
  walk.end();
  return walk.found;
}

/** The message as `partEncodings` of it says. */
export async function* sevenBit(
  message: AsyncIterable<Buffer>,
  encodings: readonly PartEncoding[],
): AsyncGenerator<Buffer> {
  const walk = new Walk(encodings);
  for await (const piece of message) {
    const written = walk.take(piece);
    if (written.length > 0) yield written;
  }
  const last = walk.end();
  if (last.length > 0) yield last;
}

interface Container {
  boundary: string;
  /** Blanks behind the parameter, which its lines may repeat. */
  padding: string;
  isDigest: boolean;
  /** Everything in it stays as it is. */
  isFixed: boolean;
}

interface Leaf {
  isText: boolean;
  /** What its header says. */
  encoding: string;
  /** Its type allows no encoding. */
  isFixed: boolean;
  octets: number;
  eightBit: number;
}

class Walk {
  /** Of a walk that only looks. */
  readonly found: PartEncoding[] = [];
  readonly #encodings: readonly PartEncoding[] | null;
  #written: Buffer[] = [];
  #rest: Buffer = NOTHING;
  #isLineStart = true;
  readonly #containers: Container[] = [];
  #delimiters = new OpenDelimiters([]);
  #header: Buffer[] | null = [];
  #headerSize = 0;
  #isTop = true;
  #leaf: Leaf | null = null;
  #leafCount = 0;
  #encoder: BodyEncoder | null = null;
  /** A line end that belongs to the body, or to the boundary that may follow. RFC 2046 §5.1.1. */
  #heldEol: Buffer | null = null;

  constructor(encodings: readonly PartEncoding[] | null) {
    this.#encodings = encodings;
  }

  take(piece: Buffer): Buffer {
    const all = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    let from = 0;
    for (let lf = all.indexOf(LF); lf >= 0; lf = all.indexOf(LF, from)) {
      const hasCr = lf > from && all[lf - 1] === CR;
      this.#line(all.subarray(from, hasCr ? lf - 1 : lf), all.subarray(hasCr ? lf - 1 : lf, lf + 1));
      from = lf + 1;
    }
    let rest = all.subarray(from);
    if (rest.length > MAX_LINE) {
      // The last octet may be the CR of its line end.
      this.#line(rest.subarray(0, -1), null);
      rest = rest.subarray(-1);
    }
    this.#rest = rest;
    return this.#flush();
  }

  end(): Buffer {
    if (this.#rest.length > 0) this.#line(this.#rest, NOTHING);
    this.#rest = NOTHING;
    if (this.#header !== null) this.#endHeader(NOTHING);
    if (this.#heldEol !== null && this.#encoder !== null) this.#put(this.#encoder.endLine(this.#heldEol));
    const isBase64 = this.#encoder instanceof Base64;
    this.#endLeaf();
    if (isBase64) this.#put(CRLF);
    return this.#flush();
  }

  #flush(): Buffer {
    const written = this.#written;
    this.#written = [];
    return written.length === 1 ? (written[0] as Buffer) : Buffer.concat(written);
  }

  #put(bytes: Buffer): void {
    if (this.#encodings !== null && bytes.length > 0) this.#written.push(bytes);
  }

  /** `eol`: null when the line goes on. */
  #line(line: Buffer, eol: Buffer | null): void {
    const boundary = this.#isLineStart ? this.#boundaryOf(line) : null;
    this.#isLineStart = eol !== null;
    if (boundary !== null) return this.#atBoundary(boundary, line, eol ?? NOTHING);
    if (this.#header !== null) return this.#headerLine(line, eol);
    if (this.#leaf !== null) return this.#bodyLine(this.#leaf, line, eol);
    // Between parts: nobody is shown it.
    if (this.#isFixed && !isAscii(line)) throw new Unconvertible('it is signed as it stands');
    this.#put(isAscii(line) ? line : Buffer.from(line.map((octet) => (octet > 0x7f ? 0x3f : octet))));
    this.#put(eol ?? NOTHING);
  }

  get #isFixed(): boolean {
    return this.#containers.some(({ isFixed }) => isFixed);
  }

  #boundaryOf(line: Buffer): DelimiterHit | null {
    if (line[0] !== 0x2d || line[1] !== 0x2d) return null;
    return this.#delimiters.find(line.toString('latin1', 0, DELIMITER_ROOM));
  }

  #atBoundary({ frame, isClose }: DelimiterHit, line: Buffer, eol: Buffer): void {
    if (this.#header !== null) this.#endHeader(NOTHING);
    const held = this.#heldEol;
    this.#endLeaf();
    if (held !== null) this.#put(held);
    this.#containers.length = isClose ? frame : frame + 1;
    this.#lookForDelimiters();
    this.#put(line);
    this.#put(eol);
    if (!isClose) this.#beginHeader();
  }

  #lookForDelimiters(): void {
    const open = this.#containers.map(({ boundary, padding }, frame) => ({
      frame,
      text: `--${boundary}`,
      padding,
    }));
    this.#delimiters = new OpenDelimiters(open);
  }

  #beginHeader(): void {
    this.#header = [];
    this.#headerSize = 0;
  }

  #headerLine(line: Buffer, eol: Buffer | null): void {
    if (line.length === 0 && eol !== null) return this.#endHeader(eol);
    this.#headerSize += line.length;
    if (this.#headerSize > MAX_HEADER) throw new Unconvertible('a header is too large');
    this.#header?.push(Buffer.from(line), eol ?? NOTHING);
  }

  /** The header is complete: what follows is a body, parts, or the header of a message. */
  #endHeader(blankLine: Buffer): void {
    const bytes = Buffer.concat(this.#header ?? []);
    this.#header = null;
    const fields = parseHeaderFields(bytes);
    const isTop = this.#isTop;
    this.#isTop = false;
    const valueOf = (name: string): string | undefined => fields.find(({ lower }) => lower === name)?.value;
    const encoding = readEncoding(valueOf('content-transfer-encoding') ?? '');
    const fallback = this.#containers.at(-1)?.isDigest === true ? 'message/rfc822' : 'text/plain';
    const type = parseContentType(valueOf('content-type') ?? fallback) ?? {
      type: 'text',
      subtype: 'plain',
      parameters: new Map<string, string>(),
    };
    const delimited = type.type === 'multipart' ? boundaryIn(type.parameters) : null;
    const isMultipart = delimited !== null && isBoundary(delimited.boundary);
    const isMessage = type.type === 'message' && /^(?:rfc822|global|news)$/.test(type.subtype);
    const isComposite = isMultipart || isMessage;
    const isRaw = encoding === '8bit' || encoding === 'binary';
    if (isComposite && (isRaw || encoding === '7bit')) {
      this.#putHeader(bytes, fields, { change: isRaw ? '7bit' : 'keep', isTop, blankLine });
      if (this.#containers.length >= MAX_DEPTH) throw new Unconvertible('its parts are nested too deep');
      if (isMultipart) {
        this.#containers.push({
          ...delimited,
          isDigest: type.subtype === 'digest',
          // RFC 1847 §2.1: what is signed is not to be changed on its way.
          isFixed: type.subtype === 'signed' || type.subtype === 'encrypted',
        });
        this.#lookForDelimiters();
      } else this.#beginHeader();
      return;
    }
    const isFixed = type.type === 'multipart' || type.type === 'message' || this.#isFixed;
    this.#leaf = { isText: type.type === 'text', encoding, isFixed, octets: 0, eightBit: 0 };
    const change = this.#encodings?.[this.#leafCount++] ?? 'keep';
    if (change === 'quoted-printable') this.#encoder = new QuotedPrintable();
    else if (change === 'base64') this.#encoder = new Base64();
    this.#putHeader(bytes, fields, { change, isTop, blankLine });
  }

  #putHeader(
    bytes: Buffer,
    fields: readonly HeaderField[],
    { change, isTop, blankLine }: { change: PartEncoding; isTop: boolean; blankLine: Buffer },
  ): void {
    if (this.#isFixed && !isAscii(bytes)) throw new Unconvertible('it is signed as it stands');
    const added: string[] = [];
    let header = bytes;
    if (change !== 'keep') {
      const said = fields.filter(({ lower }) => lower === 'content-transfer-encoding');
      header = editedHeader(
        bytes,
        null,
        said.flatMap(({ start, end }) => [start, end]),
      );
      const has = (name: string): boolean => fields.some(({ lower }) => lower === name);
      // RFC 2045 §4, RFC 1428 §3: text without a label has some charset that nobody knows.
      if (isTop && !has('mime-version')) added.push('MIME-Version: 1.0');
      if (isTop && !has('content-type') && this.#leaf !== null)
        added.push('Content-Type: text/plain; charset=unknown-8bit');
      added.push(`Content-Transfer-Encoding: ${change}`);
    }
    const ascii = sevenBitHeader(header);
    if (ascii === null) throw new Unconvertible('a field of its header has no form in US-ASCII');
    this.#put(ascii);
    for (const line of added) this.#put(Buffer.from(`${line}\r\n`));
    this.#put(blankLine);
  }

  #bodyLine(leaf: Leaf, line: Buffer, eol: Buffer | null): void {
    if (this.#encodings === null) count(leaf, line);
    if (this.#encoder === null) {
      this.#put(line);
      this.#put(eol ?? NOTHING);
      return;
    }
    if (this.#heldEol !== null) this.#put(this.#encoder.endLine(this.#heldEol));
    this.#put(this.#encoder.write(line));
    this.#heldEol = eol === null || eol.length === 0 ? null : eol;
  }

  #endLeaf(): void {
    if (this.#leaf === null) return;
    if (this.#encodings === null) this.found.push(encodingFor(this.#leaf));
    if (this.#encoder !== null) this.#put(this.#encoder.end());
    this.#leaf = null;
    this.#encoder = null;
    this.#heldEol = null;
  }
}

function isBoundary(boundary: string): boolean {
  return boundary !== '' && boundary.length <= DEFAULT_SCAN_LIMITS.boundaryBytes;
}

function count(leaf: Leaf, line: Buffer): void {
  leaf.octets += line.length + 2;
  if (isAscii(line)) return;
  for (const octet of line) if (octet > 0x7f) leaf.eightBit++;
}

function encodingFor({ isText, encoding, isFixed, octets, eightBit }: Leaf): PartEncoding {
  const isRaw = encoding === '8bit' || encoding === 'binary';
  if (eightBit === 0) return isFixed || !isRaw ? 'keep' : encoding === 'binary' ? 'base64' : '7bit';
  if (isFixed) throw new Unconvertible('it has 8-bit octets where nothing may be changed');
  if (!isRaw && encoding !== '7bit')
    throw new Unconvertible(`it has 8-bit octets in a part that is ${encoding.slice(0, 40)}`);
  // Whichever is shorter, and still to be read by eye where most of it is US-ASCII.
  return isText && eightBit * 6 <= octets ? 'quoted-printable' : 'base64';
}
