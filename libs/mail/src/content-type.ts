// Content-Type, Content-Disposition and their parameters (RFC 2045 §5.1, RFC 2183), read tolerantly and in linear time.
//
// Parameter continuations of RFC 2231 are joined, as RFC 2231 §6 asks of IMAP servers: `name*0`, `name*1` become
// `name`; when a piece is percent-encoded they become `name*` and keep charset and language. All strings are latin1.

export interface ContentType {
  type: string;
  subtype: string;
  parameters: ReadonlyMap<string, string>;
}

export interface Disposition {
  type: string;
  parameters: ReadonlyMap<string, string>;
}

/** A field with more parameters, or a longer value, is an attack or damage; the rest is dropped. */
const MAX_PARAMETERS = 64;
const MAX_VALUE = 4096;
const MAX_SECTIONS = 100;

// RFC 2045 §5.1: token is any US-ASCII char but blanks, controls and tspecials.
const TOKEN = /^[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+$/;

/** Null when the field is not valid: RFC 2045 §5.2 then takes the default. */
export function parseContentType(value: string): ContentType | null {
  const { head, parameters } = parseParameterised(value);
  const slash = head.indexOf('/');
  if (slash < 1) return null;
  const type = head.slice(0, slash).trim();
  const subtype = head.slice(slash + 1).trim();
  if (!TOKEN.test(type) || !TOKEN.test(subtype) || head.length > 255) return null;
  return { type: type.toLowerCase(), subtype: subtype.toLowerCase(), parameters };
}

export function parseDisposition(value: string): Disposition | null {
  const { head, parameters } = parseParameterised(value);
  if (!TOKEN.test(head) || head.length > 255) return null;
  return { type: head.toLowerCase(), parameters };
}

interface Parameterised {
  head: string;
  parameters: Map<string, string>;
}

function parseParameterised(value: string): Parameterised {
  const pieces = splitSemicolons(value);
  const raw = new Map<string, string>();
  for (const piece of pieces.slice(1)) {
    const equals = piece.text.indexOf('=');
    if (equals < 1) continue;
    const name = piece.text.slice(0, equals).trim().toLowerCase();
    // The first of two equal names stands: a boundary can't be replaced by something appended.
    if (!TOKEN.test(name) || raw.has(name)) continue;
    raw.set(name, trimmed(piece, equals + 1).slice(0, MAX_VALUE));
  }
  const head = pieces[0];
  return { head: head ? trimmed(head, 0) : '', parameters: joinContinuations(raw) };
}

interface Piece {
  text: string;
  /** The part that came out of quotes, from the first to the last: its blanks count. */
  quotedFrom: number;
  quotedTo: number;
}

const NOT_QUOTED = { quotedFrom: Number.POSITIVE_INFINITY, quotedTo: 0 };

function trimmed(piece: Piece, from: number): string {
  const { text, quotedFrom, quotedTo } = piece;
  let start = from;
  let end = text.length;
  while (start < Math.min(end, quotedFrom) && isBlank(text.charCodeAt(start))) start++;
  while (end > Math.max(start, quotedTo) && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}

/** Splits at semicolons, takes comments out and quotes off; an unclosed quote or comment runs to the end. */
function splitSemicolons(value: string): Piece[] {
  // The common case needs no look at single characters.
  if (!/["(\\]/.test(value)) return value.split(';', MAX_PARAMETERS).map((text) => ({ text, ...NOT_QUOTED }));
  const pieces: Piece[] = [];
  let piece: Piece = { text: '', ...NOT_QUOTED };
  let at = 0;
  while (at < value.length && pieces.length < MAX_PARAMETERS) {
    const char = value[at];
    if (char === ';') {
      pieces.push(piece);
      piece = { text: '', ...NOT_QUOTED };
      at++;
    } else if (char === '"') {
      const quoted = readQuoted(value, at);
      piece.quotedFrom = Math.min(piece.quotedFrom, piece.text.length);
      piece.text += quoted.text;
      piece.quotedTo = piece.text.length;
      at = quoted.end;
    } else if (char === '(') {
      at = skipComment(value, at);
    } else {
      const plain = plainEnd(value, at);
      piece.text += value.slice(at, plain);
      at = plain;
    }
  }
  if (pieces.length < MAX_PARAMETERS) pieces.push(piece);
  return pieces;
}

function plainEnd(value: string, from: number): number {
  let at = from + 1;
  while (at < value.length) {
    const code = value.charCodeAt(at);
    if (code === 0x3b || code === 0x22 || code === 0x28) break;
    at++;
  }
  return at;
}

/** Reads the quoted string that opens at `from`: its content without quotes and backslashes, and where it ends. */
export function readQuoted(value: string, from: number): { text: string; end: number } {
  let text = '';
  let at = from + 1;
  let copied = at;
  while (at < value.length) {
    const code = value.charCodeAt(at);
    if (code === 0x22) return { text: text + value.slice(copied, at), end: at + 1 };
    if (code === 0x5c && at + 1 < value.length) {
      text += value.slice(copied, at);
      copied = at + 1;
      at++;
    }
    at++;
  }
  return { text: text + value.slice(copied), end: value.length };
}

/** The place behind the comment that opens at `from`. Comments nest, RFC 5322 §3.2.2; counted, not recursed into. */
export function skipComment(value: string, from: number): number {
  let depth = 0;
  for (let at = from; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x28) depth++;
    else if (code === 0x29 && --depth === 0) return at + 1;
  }
  return value.length;
}

interface Section {
  number: number;
  extended: boolean;
  text: string;
}

// RFC 2231 §3, §4.1: continued parameters, joined by number and not by place.
function joinContinuations(raw: Map<string, string>): Map<string, string> {
  const joined = new Map<string, string>();
  const continued = new Map<string, Section[]>();
  for (const [name, text] of raw) {
    const match = name.includes('*') ? /^([^*]+)\*(\d{1,3})(\*?)$/.exec(name) : null;
    if (!match) {
      joined.set(name, text);
      continue;
    }
    const sections = continued.get(match[1] ?? '') ?? [];
    sections.push({ number: Number(match[2]), extended: match[3] === '*', text });
    continued.set(match[1] ?? '', sections);
  }
  for (const [name, sections] of continued) {
    sections.sort((a, b) => a.number - b.number);
    // A gap ends the value: what follows it can't be placed.
    const whole = sections.filter((section, index) => section.number === index).slice(0, MAX_SECTIONS);
    if (whole.length === 0) continue;
    const extended = whole.some((section) => section.extended);
    const text = whole.map((section) =>
      extended && !section.extended ? percentEncode(section.text) : section.text,
    );
    const key = extended ? `${name}*` : name;
    if (!joined.has(key)) joined.set(key, (extended && !whole[0]?.extended ? "''" : '') + text.join(''));
  }
  return joined;
}

function percentEncode(text: string): string {
  return text.replace(/[^A-Za-z0-9!#$&+\-.^_`{|}~]/g, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}
