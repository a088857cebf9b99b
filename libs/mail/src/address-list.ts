// Address lists of From, To, Cc and their like: RFC 5322 §3.4, with the obsolete syntax of §4.4 and much of the broken
// syntax that real mail has. One pass from left to right, so time is linear; what can't be read becomes an entry without
// address instead of an error, because a list is shown to people even when a part of it is damaged.
//
// Works on latin1 byte strings: RFC 2047 words and raw UTF-8 stay as they are (words.ts decodes them).

import type { Address } from './address.ts';
import { parseAddress } from './address.ts';
import { isBlank, trimBlanks } from './blanks.ts';
import { readQuoted, skipComment } from './field-pieces.ts';
import { bytesToText } from './words.ts';

export interface ListedAddress {
  kind: 'address';
  /** Display name without quotes, or the comment behind a bare address; not decoded. */
  name: string | null;
  /** Obsolete source route `@a,@b`. */
  route: string | null;
  /** Unquoted. Null when there is no address at all. */
  localPart: string | null;
  /** Null when the address has none. */
  domain: string | null;
}

export interface ListedGroup {
  kind: 'group';
  name: string;
  members: ListedAddress[];
}

export type ListEntry = ListedAddress | ListedGroup;

/** More entries are dropped: what a header that is kept as it is can hold of real ones stays well below. */
export const MAX_LISTED = 65_536;

type Token =
  | { type: 'word'; text: string; quoted: boolean; spaced: boolean }
  | { type: 'special'; text: string }
  | { type: 'comment'; text: string };

/** @param limit how many entries are read, members of groups included */
export function parseAddressList(value: string, limit: number = MAX_LISTED): ListEntry[] {
  const parser = new ListParser(limit);
  let at = 0;
  let spaced = false;
  while (at < value.length && !parser.isFull) {
    if (isBlank(value.charCodeAt(at))) {
      spaced = true;
      at++;
      continue;
    }
    const { token, end } = readToken(value, at, spaced);
    spaced = false;
    parser.take(token);
    at = end;
  }
  return parser.finish();
}

/** Every address of a list, groups opened, decoded and checked; entries that are no valid address have null. */
export function listedAddresses(value: string): { name: string | null; address: Address | null }[] {
  const flat = parseAddressList(value).flatMap((entry) => (entry.kind === 'group' ? entry.members : [entry]));
  return flat.map((entry) => ({ name: entry.name, address: toAddress(entry) }));
}

function toAddress(entry: ListedAddress): Address | null {
  if (entry.localPart === null || entry.domain === null) return null;
  const localPart = bytesToText(entry.localPart).replace(/["\\]/g, '\\$&');
  return parseAddress(`"${localPart}"@${bytesToText(entry.domain)}`);
}

/** A longer domain-literal is none. */
const MAX_LITERAL = 256;
const SPECIALS = '<>:;,@.';
// A word runs up to a blank or a special; a stray bracket, backslash or control is part of it.
const WORD = /[^ \t\r\n<>:;,@."([]+|[^]/y;

function readToken(value: string, at: number, spaced: boolean): { token: Token; end: number } {
  const char = value[at] ?? '';
  if (char === '"') {
    const { text, end } = readQuoted(value, at);
    return { token: { type: 'word', text, quoted: true, spaced }, end };
  }
  if (char === '(') {
    const end = skipComment(value, at);
    const text = value.slice(at + 1, end > at + 1 && value[end - 1] === ')' ? end - 1 : end);
    return { token: { type: 'comment', text: text.replace(/\\(.)/g, '$1') }, end };
  }
  if (char === '[') {
    // RFC 5322 §3.4.1 domain-literal; without its end, one stray bracket.
    const close = value.slice(at, at + MAX_LITERAL).indexOf(']');
    const end = close < 0 ? at + 1 : at + close + 1;
    return { token: { type: 'word', text: value.slice(at, end), quoted: false, spaced }, end };
  }
  if (SPECIALS.includes(char)) return { token: { type: 'special', text: char }, end: at + 1 };
  WORD.lastIndex = at;
  const text = WORD.exec(value)?.[0] ?? char;
  return { token: { type: 'word', text, quoted: false, spaced }, end: at + text.length };
}

/** What was read of one entry so far. */
interface Draft {
  /** Words outside angle brackets: a display name, or a bare address. */
  outside: Token[];
  /** Tokens between angle brackets; null before `<`. */
  inside: Token[] | null;
  comment: string | null;
  /** An at sign was met outside brackets. */
  hasAt: boolean;
}

class ListParser {
  readonly #entries: ListEntry[] = [];
  #group: ListedGroup | null = null;
  #draft: Draft = emptyDraft();
  #inAngle = false;
  #count = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#count >= this.#limit;
  }

  take(token: Token): void {
    if (token.type === 'comment') this.#draft.comment ??= trimBlanks(token.text);
    else if (this.#inAngle) this.#takeInside(token);
    else if (token.type === 'special') this.#takeSpecial(token);
    else this.#draft.outside.push(token);
  }

  #takeInside(token: Token): void {
    const inside = this.#draft.inside ?? [];
    if (token.type === 'special' && token.text === '>') this.#inAngle = false;
    else if (token.type === 'special' && token.text === '<') this.#draft.inside = [];
    else if (token.type === 'special' && (token.text === ';' || (token.text === ',' && !isRoute(inside)))) {
      // An angle bracket that never closes ends with the entry.
      this.#inAngle = false;
      this.#takeSpecial(token);
    } else inside.push(token);
  }

  #takeSpecial(token: Token): void {
    switch (token.text) {
      case '<':
        // A second bracket in one entry: the later address is the real one, the first was part of the name.
        this.#draft.inside = [];
        this.#inAngle = true;
        break;
      case ',':
        this.#endEntry();
        break;
      case ';':
        this.#endEntry();
        this.#group = null;
        break;
      case ':':
        this.#openGroup(token);
        break;
      case '>':
        break;
      default:
        if (token.text === '@') this.#draft.hasAt = true;
        this.#draft.outside.push(token);
    }
  }

  // RFC 5322 §3.4: display-name ":" [group-list] ";" — groups do not nest.
  #openGroup(token: Token): void {
    const draft = this.#draft;
    if (this.#group || draft.inside || draft.hasAt || draft.outside.length === 0) {
      draft.outside.push(token);
      return;
    }
    this.#group = { kind: 'group', name: phrase(this.#draft.outside), members: [] };
    this.#entries.push(this.#group);
    this.#count++;
    this.#draft = emptyDraft();
  }

  #endEntry(): void {
    const entry = readEntry(this.#draft);
    this.#draft = emptyDraft();
    this.#inAngle = false;
    if (!entry) return;
    (this.#group ? this.#group.members : this.#entries).push(entry);
    this.#count++;
  }

  finish(): ListEntry[] {
    if (!this.isFull) this.#endEntry();
    return this.#entries;
  }
}

function emptyDraft(): Draft {
  return { outside: [], inside: null, comment: null, hasAt: false };
}

function readEntry(draft: Draft): ListedAddress | null {
  if (draft.inside === null && draft.outside.length === 0) return null;
  if (draft.inside !== null) {
    const name = phrase(draft.outside) || draft.comment || null;
    return { kind: 'address', name, ...readAddress(draft.inside) };
  }
  if (draft.hasAt) {
    return { kind: 'address', name: draft.comment, ...readAddress(draft.outside) };
  }
  // Words without an address: one is a local user, more are a name.
  const words = phrase(draft.outside);
  const isName = draft.outside.some((token) => token.type === 'word' && (token.spaced || token.quoted));
  if (isName && draft.outside.length > 1) {
    return { kind: 'address', name: words, route: null, localPart: null, domain: null };
  }
  return { kind: 'address', name: draft.comment, route: null, localPart: words, domain: null };
}

interface AddressPieces {
  route: string | null;
  localPart: string | null;
  domain: string | null;
}

function readAddress(tokens: Token[]): AddressPieces {
  let rest = tokens;
  let route: string | null = null;
  const colon = tokens.findIndex((token) => token.type === 'special' && token.text === ':');
  // RFC 5322 §4.4 obs-route: `<@a,@b:local@domain>`.
  if (colon > 0 && isRoute(tokens)) {
    route = joined(tokens.slice(0, colon));
    rest = tokens.slice(colon + 1);
  }
  // The last at sign divides: a quoted or broken local part may hold others.
  const at = rest.findLastIndex((token) => token.type === 'special' && token.text === '@');
  if (at < 0) return { route, localPart: rest.length > 0 ? joined(rest) : null, domain: null };
  return { route, localPart: joined(rest.slice(0, at)), domain: joined(rest.slice(at + 1)) || null };
}

/** `@a,@b` in front of a colon holds commas; elsewhere inside brackets a comma is a slip. */
function isRoute(tokens: Token[]): boolean {
  return tokens[0]?.type === 'special' && tokens[0].text === '@';
}

function joined(tokens: Token[]): string {
  return tokens.map((token) => token.text).join('');
}

/** Words with one blank between them; dots and other specials stick to what they stand beside. */
function phrase(tokens: Token[]): string {
  let text = '';
  for (const token of tokens) {
    if (text !== '' && token.type === 'word' && token.spaced) text += ' ';
    text += token.text;
  }
  return text;
}
