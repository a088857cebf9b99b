// The words of a Sieve script: RFC 5228 §2.1 to §2.4, §8.1. One pass from left to right; a bare LF ends a line as CRLF does.
import { type Place, SieveError } from './error.ts';

export type Token =
  | { kind: 'identifier' | 'tag' /** Lower case, without the colon. */; name: string; place: Place }
  | { kind: 'number'; value: number; place: Place }
  | { kind: 'string'; value: string; place: Place }
  | { kind: 'mark'; mark: Mark; place: Place };

export type Mark = '(' | ')' | '{' | '}' | '[' | ']' | ',' | ';';

const MARKS = '(){}[],;';
/** RFC 5228 §2.4.1: numbers up to this one must be possible. */
const LARGEST = 2 ** 31 - 1;
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

const BLANK = /(?:[ \t\r\n]+|#[^\n]*)+/y;
const WORD = /:?[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /(\d+)([A-Za-z0-9_]*)/y;
// RFC 5228 §8.1 multi-line: a comment may stand behind "text:".
const TEXT_START = /text:[ \t]*(?:#[^\n]*)?\r?\n/iy;

export class Lexer {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Null at the end of the script. */
  next(): Token | null {
    this.#passBlanks();
    if (this.#at >= this.#text.length) return null;
    const place = this.place();
    const char = this.#text[this.#at] ?? '';
    if (MARKS.includes(char)) {
      this.#at++;
      return { kind: 'mark', mark: char as Mark, place };
    }
    if (char === '"') return { kind: 'string', value: this.#quoted(place), place };
    const textStart = this.#take(TEXT_START);
    if (textStart !== null) return { kind: 'string', value: this.#multiLine(place), place };
    const number = this.#take(NUMBER);
    if (number !== null) return { kind: 'number', value: numberOf(number, place), place };
    const [word] = this.#take(WORD) ?? [];
    if (word === undefined) throw new SieveError(place, `${JSON.stringify(char)} has no meaning here`);
    if (word.startsWith(':')) return { kind: 'tag', name: word.slice(1).toLowerCase(), place };
    return { kind: 'identifier', name: word.toLowerCase(), place };
  }

  place(): Place {
    return { line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#passTo(this.#at + found[0].length);
    return found;
  }

  #passTo(end: number): void {
    for (
      let at = this.#text.indexOf('\n', this.#at);
      at >= 0 && at < end;
      at = this.#text.indexOf('\n', at + 1)
    ) {
      this.#line++;
      this.#lineStart = at + 1;
    }
    this.#at = end;
  }

  #passBlanks(): void {
    for (;;) {
      this.#take(BLANK);
      if (!this.#text.startsWith('/*', this.#at)) return;
      const end = this.#text.indexOf('*/', this.#at + 2);
      if (end < 0) throw new SieveError(this.place(), 'the comment that begins here does not end');
      this.#passTo(end + 2);
    }
  }

  // RFC 5228 §2.4.2: a backslash quotes what follows; before anything else than a quote or a backslash it means nothing.
  #quoted(place: Place): string {
    let end = this.#at + 1;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1;
    if (end >= this.#text.length) throw new SieveError(place, 'the string that begins here does not end');
    const value = this.#text.slice(this.#at + 1, end).replace(/\\([^])/g, '$1');
    this.#passTo(end + 1);
    return withoutNul(value, place);
  }

  // RFC 5228 §2.4.2: lines up to one of a single dot; a dot that begins a longer one is doubled.
  #multiLine(place: Place): string {
    const lines: string[] = [];
    for (;;) {
      const newline = this.#text.indexOf('\n', this.#at);
      const rest = this.#text.slice(this.#at, newline < 0 ? undefined : newline);
      const line = rest.endsWith('\r') ? rest.slice(0, -1) : rest;
      if (newline < 0 && line !== '.') throw new SieveError(place, 'the text that begins here does not end');
      this.#passTo(newline < 0 ? this.#text.length : newline + 1);
      if (line === '.') return withoutNul(lines.join(''), place);
      lines.push(`${line.startsWith('..') ? line.slice(1) : line}\r\n`);
    }
  }
}

function numberOf([, digits = '', unit = '']: RegExpExecArray, place: Place): number {
  const factor = UNITS[unit.toLowerCase()];
  if (factor === undefined) throw new SieveError(place, `a number ends with K, M or G, not with ${unit}`);
  const value = Number(digits) * factor;
  if (value > LARGEST)
    throw new SieveError(place, `the number ${digits}${unit} is too large: at most ${LARGEST}`);
  return value;
}

// RFC 5228 §8.1 octet-not-nul.
function withoutNul(value: string, place: Place): string {
  if (value.includes('\0')) throw new SieveError(place, 'the string has a NUL octet in it');
  return value;
}
