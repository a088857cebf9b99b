// The pieces of a field with parameters (RFC 2045 §5.1, RFC 2183 §2): its value and each `name=value`, comments taken out
// and quotes off. Missing semicolons are put in where something else can't be meant. Linear time.

import { isBlank } from './blanks.ts';

/** More parameters are an attack or damage; the rest is dropped. */
export const MAX_PIECES = 64;

export interface Piece {
  text: string;
  /** The part that came out of quotes, from the first to the last: its blanks count. */
  quotedFrom: number;
  quotedTo: number;
}

const NOT_QUOTED = { quotedFrom: Number.POSITIVE_INFINITY, quotedTo: 0 };

/** A piece, or what follows `from` in it, without blanks at its ends that were not quoted. */
export function trimmed(piece: Piece, from: number): string {
  const { text, quotedFrom, quotedTo } = piece;
  let start = from;
  let end = text.length;
  while (start < Math.min(end, quotedFrom) && isBlank(text.charCodeAt(start))) start++;
  while (end > Math.max(start, quotedTo) && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Splits at semicolons, takes comments out and quotes off; an unclosed quote or comment runs to the end. */
export function splitSemicolons(value: string): Piece[] {
  // The common case needs no look at single characters.
  if (!/["(\\]/.test(value)) return value.split(';', MAX_PIECES).map((text) => ({ text, ...NOT_QUOTED }));
  const pieces: Piece[] = [];
  let piece: Piece = { text: '', ...NOT_QUOTED };
  let at = 0;
  while (at < value.length && pieces.length < MAX_PIECES) {
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
      PARAMETER_AFTER_QUOTE.lastIndex = at;
      if (PARAMETER_AFTER_QUOTE.test(value)) {
        pieces.push(piece);
        piece = { text: '', ...NOT_QUOTED };
      }
    } else if (char === '(') {
      at = skipComment(value, at);
    } else {
      const plain = plainEnd(value, at);
      piece.text += value.slice(at, plain);
      at = plain;
    }
  }
  if (pieces.length < MAX_PIECES) pieces.push(piece);
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

// Real mails forget the semicolon or write a comma for it: `text/html charset=utf-8`, `multipart/mixed, boundary="b"`.
// RFC 2045 §5.2 would make plain text of them; people want to see what was meant.
export const MEDIA_TYPE = /^[ \t]*[^ \t,/]+[ \t]*\/[ \t]*[^ \t,]+(?=[ \t,])/;
export const DISPOSITION_TYPE = /^[ \t]*[^ \t,]+(?=[ \t,])/;
const ONLY_SEPARATORS = /^[ \t,]*$/;
const NEXT_PARAMETER = /^[ \t,]*[A-Za-z][^ \t,=;"(]*[ \t]*=/;
/** A parameter inside what should be the value of another: `charset=utf-8 format=flowed`. */
const INNER_PARAMETER = /(?<![ \t,])[ \t,]+(?=[A-Za-z][^ \t,=;"(]*[ \t]*=)/g;
/** The same behind the end of a quoted value. */
const PARAMETER_AFTER_QUOTE = /[ \t,]+(?=[A-Za-z][^ \t,=;"(]*[ \t]*=)/y;
/** Values in which blanks and equals signs are common: `name=My File=2.pdf`. */
const FILE_NAME = /^[ \t]*(?:file)?name\b/i;

/** Cuts parameters off that follow the type without a semicolon. */
export function splitHead(piece: Piece, pattern: RegExp): Piece[] {
  const found = pattern.exec(piece.text.slice(0, piece.quotedFrom))?.[0].length;
  if (found === undefined) return [piece];
  const rest = part(piece, found, piece.text.length);
  if (ONLY_SEPARATORS.test(rest.text)) return [part(piece, 0, found)];
  return NEXT_PARAMETER.test(rest.text) ? [part(piece, 0, found), rest] : [piece];
}

/** Cuts parameters off that follow the value of another one without a semicolon. */
export function splitParameters(piece: Piece): Piece[] {
  const unquoted = piece.text.slice(0, piece.quotedFrom);
  let from = /[^ \t,]/.exec(unquoted)?.index ?? 0;
  const equals = unquoted.indexOf('=');
  const pieces: Piece[] = [];
  if (equals >= 0 && !FILE_NAME.test(unquoted.slice(from))) {
    for (const { 0: blanks, index } of unquoted.matchAll(INNER_PARAMETER)) {
      // The blank that may follow the equals sign divides nothing: `boundary= b=1`.
      if (index <= equals + 1 || pieces.length >= MAX_PIECES) continue;
      pieces.push(part(piece, from, index));
      from = index + blanks.length;
    }
  }
  return [...pieces, part(piece, from, piece.text.length)];
}

function part({ text, quotedFrom, quotedTo }: Piece, from: number, to: number): Piece {
  if (quotedFrom >= to) return { text: text.slice(from, to), ...NOT_QUOTED };
  return { text: text.slice(from, to), quotedFrom: quotedFrom - from, quotedTo: quotedTo - from };
}
