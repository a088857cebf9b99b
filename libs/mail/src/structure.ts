// The tree of a mail's MIME parts with the byte range of each (RFC 2045, RFC 2046), built while the scanner reports
// line after line: a header has ended, a delimiter line was met, the mail is over.
//
// Broken mail is read the way mail programs do: a missing closing delimiter ends with the part around it, a multipart
// without boundary is text. What goes over a limit becomes one opaque leaf.

import type { HeaderField } from './header.ts';
import { trimBlanks, trimBlanksEnd } from './blanks.ts';
import { parseHeaderFields } from './header.ts';
import type { Disposition } from './content-type.ts';
import { parameterOctets, parseContentType, parseDisposition } from './content-type.ts';
import { isEnvelopeField } from './envelope-fields.ts';
import type { DelimiterHit, OpenDelimiter } from './open-delimiters.ts';
import { OpenDelimiters } from './open-delimiters.ts';

export interface ScanLimits {
  /** Nesting of multiparts and embedded messages; what is deeper stays one leaf. */
  depth: number;
  /** All parts, multiparts included; the last one takes the rest of the mail. */
  parts: number;
  /** Octets of one header that are kept as they are, of what follows only the fields listings need. At least 1 KiB. */
  headerBytes: number;
  /** Octets of one header; what exceeds them is read as body. */
  headerReach: number;
  /** Octets of a boundary parameter. */
  boundaryBytes: number;
}

/**
 * Depth 30: mail people write nests to 5, chains of forwarded mail to 10; printers of the tree may recurse that deep.
 * 1,000 parts: the largest digests have some hundreds, and the texts made from the tree stay in database rows.
 * 256 KiB header: the greatest that large providers take; 2 MiB: what readers may be made to hold in memory. Boundary 255: RFC 2046 §5.1.1 allows 70, some send more.
 */
export const DEFAULT_SCAN_LIMITS: Readonly<ScanLimits> = {
  depth: 30,
  parts: 1000,
  headerBytes: 256 * 1024,
  headerReach: 2 * 1024 * 1024,
  boundaryBytes: 255,
};

export interface Part {
  /** IMAP part number (RFC 9051 §6.4.5), '' for the root. The multipart an embedded message consists of has no number of its own and carries that of the message/rfc822 part. */
  path: string;
  headerStart: number;
  /** Behind the blank line that ends the header. */
  bodyStart: number;
  /** End of the body, before the line end that belongs to the delimiter. */
  end: number;
  /** Lines of the body; a last one without line end counts. */
  lines: number;
  /** Lower case; text/plain where the field is missing or broken. */
  type: string;
  subtype: string;
  parameters: ReadonlyMap<string, string>;
  id: string | null;
  description: string | null;
  /** Content-Transfer-Encoding, lower case, '7bit' when missing. */
  encoding: string;
  disposition: Disposition | null;
  language: string[];
  location: string | null;
  md5: string | null;
  kind: 'leaf' | 'multipart' | 'message';
  /** A multipart or message whose inside was not looked at, being over a limit. */
  opaque: boolean;
  /** Of kind 'message': the ENVELOPE fields of the embedded message; its root is the only child. */
  envelope: HeaderField[] | null;
  children: Part[];
}

/** A place in the mail: the offset and how many LF stand before it. */
export interface Mark {
  offset: number;
  lineFeeds: number;
}

/** Where a body ends: before a delimiter line, or with the mail. */
export interface BodyEnd {
  offset: number;
  lines: (bodyStart: Mark) => number;
}

interface Frame {
  part: Part;
  /** `--` and the boundary; null for leafs, messages, and multiparts that met their closing delimiter. */
  delimiter: string | null;
  /** Blanks behind the boundary parameter, which delimiter lines may repeat. */
  padding: string;
  bodyMark: Mark;
}

export class PartTree {
  readonly root: Part;
  readonly problems = new Set<string>();
  inHeader = true;
  headerStart = 0;
  rootFields: HeaderField[] = [];
  readonly #limits: ScanLimits;
  /** The open parts from the root to the innermost. */
  readonly #open: Frame[] = [];
  #delimiters = new OpenDelimiters([]);
  #count = 0;

  constructor(limits: ScanLimits) {
    this.#limits = limits;
    this.root = this.#openPart(0);
  }

  /** False: no line can be a delimiter, so nobody needs to look. */
  get hasDelimiters(): boolean {
    return !this.#delimiters.isEmpty;
  }

  /** The header of the innermost part ended, or was cut because it is too long; its body starts at `mark`. */
  endHeader(header: Buffer, mark: Mark, isCut: boolean): void {
    const frame = this.#innermost();
    const parent = this.#open.at(-2)?.part;
    const fields = parseHeaderFields(header);
    this.inHeader = false;
    if (!parent) this.rootFields = fields;
    if (parent?.kind === 'message') parent.envelope = fields.filter((field) => isEnvelopeField(field.lower));
    describe(frame.part, fields, parent);
    frame.part.bodyStart = mark.offset;
    frame.bodyMark = mark;
    this.#decideKind(frame, isCut);
    numberPart(frame.part, parent);
    if (frame.part.kind === 'message') this.#openPart(mark.offset);
  }

  #decideKind(frame: Frame, isCut: boolean): void {
    const part = frame.part;
    const isMultipart = part.type === 'multipart';
    const isMessage = part.type === 'message' && (part.subtype === 'rfc822' || part.subtype === 'global');
    if (this.#count >= this.#limits.parts) {
      this.problems.add(`more than ${this.#limits.parts} parts`);
      part.opaque = true;
      for (const open of this.#open) open.delimiter = null;
      this.#notice();
    } else if (this.#open.length > this.#limits.depth && (isMultipart || isMessage)) {
      this.problems.add(`parts nested deeper than ${this.#limits.depth}`);
      part.opaque = true;
    } else if (isMultipart) {
      this.#openMultipart(frame);
    } else if (isMessage) {
      // RFC 2046 §5.2.1: an embedded message has no encoding. One that has is shown as a message all the same, with what
      // its octets look like as they are: in base64 no fields and no body. Clients decode the whole part.
      // Behind a cut there is a piece of a line, and no header.
      if (isCut) part.opaque = true;
      else part.kind = 'message';
    }
  }

  #openMultipart(frame: Frame): void {
    const { boundary, padding } = boundaryIn(frame.part.parameters);
    if (boundary === '' || boundary.length > this.#limits.boundaryBytes) {
      this.problems.add(boundary === '' ? 'multipart without boundary' : 'boundary too long');
      // RFC 2045 §5.2: a Content-Type that breaks the grammar is read as text/plain.
      frame.part.type = 'text';
      frame.part.subtype = 'plain';
      frame.part.parameters = PLAIN_PARAMETERS;
      return;
    }
    frame.part.kind = 'multipart';
    frame.delimiter = `--${boundary}`;
    frame.padding = padding;
    this.#notice();
  }

  /** Which open multipart a line delimits that begins like this (without its line end). */
  findDelimiter(line: string): DelimiterHit | null {
    return this.#delimiters.find(line);
  }

  /** A delimiter line: closes what is open inside its multipart and opens the next part behind the line. */
  delimit(hit: DelimiterHit, bodyEnd: BodyEnd, next: number): void {
    this.#closeDownTo(hit.frame + 1, bodyEnd);
    const frame = this.#innermost();
    if (hit.isClose) {
      frame.delimiter = null;
      this.#notice();
    } else {
      this.#openPart(next);
    }
  }

  /** The mail is over. */
  finish(bodyEnd: BodyEnd): void {
    if (this.#open.some((frame) => frame.delimiter !== null)) this.problems.add('closing delimiter missing');
    this.#closeDownTo(0, bodyEnd);
  }

  #closeDownTo(length: number, bodyEnd: BodyEnd): void {
    while (this.#open.length > length) {
      const frame = this.#open.pop();
      if (!frame) return;
      frame.part.end = Math.max(frame.part.bodyStart, bodyEnd.offset);
      frame.part.lines = bodyEnd.lines(frame.bodyMark);
    }
    this.#notice();
  }

  #notice(): void {
    const delimiters: OpenDelimiter[] = [];
    for (const [frame, { delimiter, padding }] of this.#open.entries()) {
      if (delimiter !== null) delimiters.push({ frame, text: delimiter, padding });
    }
    this.#delimiters = new OpenDelimiters(delimiters);
  }

  #innermost(): Frame {
    const frame = this.#open.at(-1);
    if (!frame) throw new Error('No part is open: the scanner went on after the end of the mail.');
    return frame;
  }

  #openPart(headerStart: number): Part {
    const part = emptyPart(headerStart);
    this.#open.at(-1)?.part.children.push(part);
    this.#open.push({ part, delimiter: null, padding: '', bodyMark: { offset: headerStart, lineFeeds: 0 } });
    this.#count++;
    this.inHeader = true;
    this.headerStart = headerStart;
    return part;
  }
}

const PLAIN_PARAMETERS: ReadonlyMap<string, string> = new Map([['charset', 'us-ascii']]);

/** An empty text. */
export function emptyPart(headerStart: number): Part {
  return {
    path: '',
    headerStart,
    bodyStart: headerStart,
    end: headerStart,
    lines: 0,
    type: 'text',
    subtype: 'plain',
    parameters: PLAIN_PARAMETERS,
    id: null,
    description: null,
    encoding: '7bit',
    disposition: null,
    language: [],
    location: null,
    md5: null,
    kind: 'leaf',
    opaque: false,
    envelope: null,
    children: [],
  };
}

/** Longer values are damage or an attack; they would end up in database rows. */
const MAX_VALUE = 4096;

function describe(part: Part, fields: readonly HeaderField[], parent: Part | undefined): void {
  let hasType = false;
  const seen = new Set<string>();
  for (const field of fields) {
    // Of two fields with one name the first counts, as in mail programs.
    if (!field.lower.startsWith('content-') || seen.has(field.lower)) continue;
    seen.add(field.lower);
    if (field.lower === 'content-type') {
      hasType = true;
      const parsed = parseContentType(field.value);
      if (parsed) {
        part.type = parsed.type;
        part.subtype = parsed.subtype;
        part.parameters = parsed.parameters;
      }
    } else {
      describeField(part, field.lower, field.value.slice(0, MAX_VALUE));
    }
  }
  // RFC 2046 §5.1.5: in a digest a part without type is a message.
  if (!hasType && parent?.kind === 'multipart' && parent.subtype === 'digest') {
    part.type = 'message';
    part.subtype = 'rfc822';
    part.parameters = new Map();
  }
}

function describeField(part: Part, lower: string, value: string): void {
  if (value === '') return;
  if (lower === 'content-transfer-encoding') part.encoding = readEncoding(value);
  else if (lower === 'content-id') part.id = value;
  else if (lower === 'content-description') part.description = value;
  else if (lower === 'content-disposition') part.disposition = parseDisposition(value);
  else if (lower === 'content-location') part.location = value;
  else if (lower === 'content-md5') part.md5 = value;
  else if (lower === 'content-language') {
    const tags = value.split(',').map(trimBlanks);
    part.language = tags.filter((tag) => tag !== '').slice(0, 32);
  }
}

/** Of the parameters of a multipart: '' where there is none, and the blanks behind it. */
export function boundaryIn(parameters: ReadonlyMap<string, string>): { boundary: string; padding: string } {
  const given = parameterOctets(parameters, 'boundary') ?? '';
  // RFC 2046 §5.1.1: a boundary does not end with blanks, which transport may have taken off its lines.
  const boundary = trimBlanksEnd(given);
  return { boundary, padding: given.slice(boundary.length) };
}

// RFC 2045 §6.1: one token; what can't be one is nothing a client could decode.
export function readEncoding(value: string): string {
  return /^[!-'*-:<-~]{1,64}/.exec(value)?.[0].toLowerCase() ?? '7bit';
}

// RFC 9051 §6.4.5: parts of a multipart are numbered from 1; the single part of an embedded message is its number 1.
function numberPart(part: Part, parent: Part | undefined): void {
  if (!parent) return;
  if (parent.kind === 'message') {
    const number = parent.path === '' ? '1' : parent.path;
    part.path = part.kind === 'multipart' ? number : `${number}.1`;
  } else {
    part.path = `${parent.path === '' ? '' : `${parent.path}.`}${parent.children.length}`;
  }
}
