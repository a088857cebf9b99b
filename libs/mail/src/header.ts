// Header fields of a message: finding them in bytes, and writing new ones. RFC 5322 §2.2.
//
// Byte strings are latin1 JS strings (one char = one byte) throughout, because a header may hold any charset and
// the ranges must stay exact. A line ends with LF (CRLF or bare LF); a bare CR ends nothing.

import { trimBlanks } from './blanks.ts';

export interface HeaderField {
  /** As written, without blanks before the colon. */
  name: string;
  lower: string;
  /** Byte range in the parsed buffer, the last line end included. */
  start: number;
  end: number;
  /** Unfolded and trimmed, latin1. */
  value: string;
}

const LF = 0x0a;
const COLON = 0x3a;
const SPACE = 0x20;
const TAB = 0x09;

/**
 * The fields of a header in their order. Lines that are no field (no colon, no printable name) are passed over;
 * a blank line ends the header.
 */
export function parseHeaderFields(bytes: Buffer): HeaderField[] {
  const text = bytes.toString('latin1');
  const fields: HeaderField[] = [];
  let start = 0;
  while (start < text.length) {
    let end = lineEnd(text, start);
    if (isBlankLine(text, start, end)) break;
    // RFC 5322 §2.2.3: a line that starts with a blank continues the field before it.
    while (
      end < text.length &&
      isBlank(text.charCodeAt(end)) &&
      !isBlankLine(text, end, lineEnd(text, end))
    ) {
      end = lineEnd(text, end);
    }
    const field = readField(text, start, end);
    if (field) fields.push(field);
    start = end;
  }
  return fields;
}

function lineEnd(text: string, from: number): number {
  const found = text.indexOf('\n', from);
  return found < 0 ? text.length : found + 1;
}

function isBlankLine(text: string, start: number, end: number): boolean {
  const length = end - start;
  if (length === 1) return text.charCodeAt(start) === LF;
  return length === 2 && text.charCodeAt(start) === 0x0d && text.charCodeAt(start + 1) === LF;
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

function readField(text: string, start: number, end: number): HeaderField | null {
  let colon = start;
  // RFC 5322 §3.6.8: a name is printable US-ASCII without colon.
  while (colon < end) {
    const code = text.charCodeAt(colon);
    if (code === COLON || code <= SPACE || code > 0x7e) break;
    colon++;
  }
  const nameEnd = colon;
  if (nameEnd === start) return null;
  // RFC 5322 §4.5: blanks between name and colon are obsolete syntax, still read.
  while (colon < end && isBlank(text.charCodeAt(colon))) colon++;
  if (text.charCodeAt(colon) !== COLON || colon >= end) return null;
  const name = text.slice(start, nameEnd);
  return { name, lower: name.toLowerCase(), start, end, value: unfold(text.slice(colon + 1, end)) };
}

/** Takes the line ends out of a folded value; the blank that follows each stays. RFC 5322 §2.2.3. */
export function unfold(value: string): string {
  const trimmed = trimBlanks(value);
  return trimmed.includes('\n') ? trimmed.replace(/\r?\n/g, '') : trimmed;
}

/** RFC 5322 §2.1.1: lines should have at most 78 characters without the line end. */
const FOLD_AT = 78;
// oxlint-disable-next-line no-control-regex -- all line ends and controls, C1 included
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]+/g;

/**
 * Writes one field with its line end, folded before blanks. Controls in the value become blanks, so that no value can
 * open a field of its own. A word longer than a line stays whole: cutting it would change its meaning.
 */
export function foldHeader(name: string, value: string): string {
  const line = trimBlanks(value.replace(CONTROLS, ' '));
  let text = `${name}:`;
  let column = text.length;
  let isFirst = true;
  for (const [piece] of ` ${line}`.matchAll(/ +[^ ]*/g)) {
    // The first word stays on the line of the name: a line of blanks only is no longer allowed (RFC 5322 §3.2.2).
    if (!isFirst && column + piece.length > FOLD_AT) {
      text += '\r\n';
      column = 0;
    }
    text += piece;
    column += piece.length;
    isFirst = false;
  }
  return `${text}\r\n`;
}
