// Distinguished names as text (RFC 4514). What is read keeps the values as they were written; `dnKey` is how names are
// compared: types in lower case, values folded.
import { escapeDnValue } from '@pochtar/mail/contact';
import { fold } from '../schema/fold.ts';

export interface TypeAndValue {
  /** As it was written. */
  type: string;
  value: string;
}

/** The values of one level; several are joined by `+`. */
export type Rdn = readonly TypeAndValue[];
/** The name of the entry first, the root last. */
export type Dn = readonly Rdn[];

const MAX_LENGTH = 4000;
const MAX_LEVELS = 64;
// RFC 4514 §3: a descriptor or an OID; the prefix `OID.` is of RFC 2253.
const TYPE = /^(?:oid\.)?([A-Za-z][\w-]*|\d+(?:\.\d+)+)$/i;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** null: no distinguished name. */
export function readDn(text: string): Dn | null {
  if (text.length > MAX_LENGTH) return null;
  if (text.trim() === '') return [];
  const levels: TypeAndValue[][] = [];
  let level: TypeAndValue[] = [];
  let at = 0;
  for (;;) {
    const equals = text.indexOf('=', at);
    const type = equals < 0 ? undefined : TYPE.exec(text.slice(at, equals).trim())?.[1];
    const value = type === undefined ? null : readValue(text, equals + 1);
    if (type === undefined || value === null) return null;
    level.push({ type, value: value.text });
    const separator = text[value.end];
    if (separator !== '+') {
      levels.push(level);
      level = [];
    }
    if (separator === undefined) return levels.length > MAX_LEVELS ? null : levels;
    at = value.end + 1;
  }
}

/** Reads up to an unescaped `,`, `;` or `+`; spaces around the value are no part of it. */
function readValue(text: string, start: number): { text: string; end: number } | null {
  let at = start;
  while (text[at] === ' ') at++;
  if (text[at] === '#') return readHex(text, at + 1);
  // RFC 2253 §4: values in quotes are of LDAPv2, and still written by some.
  const isQuoted = text[at] === '"';
  if (isQuoted) at++;
  const octets: number[] = [];
  let length = 0;
  for (; at < text.length; at++) {
    const character = text[at] as string;
    if (isQuoted ? character === '"' : /[,;+]/.test(character)) break;
    if (character === '\\') {
      const escaped = readEscape(text, at + 1);
      if (escaped === null) return null;
      octets.push(...escaped.octets);
      at += escaped.length;
      length = octets.length;
      continue;
    }
    if (character === '\0') return null;
    const point = String.fromCodePoint(text.codePointAt(at) as number);
    octets.push(...Buffer.from(point));
    at += point.length - 1;
    if (isQuoted || character !== ' ') length = octets.length;
  }
  if (isQuoted) {
    if (text[at] !== '"') return null;
    for (at++; text[at] === ' '; at++);
    if (at < text.length && !/[,;+]/.test(text[at] as string)) return null;
  }
  const value = decode(octets.slice(0, length));
  return value === null ? null : { text: value, end: at };
}

// RFC 4514 §3: a backslash and two hexadecimal digits, or one of the characters that mean something.
function readEscape(text: string, at: number): { octets: number[]; length: number } | null {
  const pair = /^[0-9a-f]{2}/i.exec(text.slice(at, at + 2))?.[0];
  if (pair !== undefined) return { octets: [Number.parseInt(pair, 16)], length: 2 };
  const character = text[at];
  if (character === undefined || !/[ "#+,;<=>\\]/.test(character)) return null;
  return { octets: [character.charCodeAt(0)], length: 1 };
}

/** RFC 4514 §2.4: the BER of a value; of strings the content is what counts. */
function readHex(text: string, at: number): { text: string; end: number } | null {
  const digits = /^[0-9a-f]+/i.exec(text.slice(at))?.[0] ?? '';
  const end = at + digits.length;
  const octets = Buffer.from(digits, 'hex');
  const follows = text[end];
  if (digits.length % 2 !== 0 || octets.length < 2 || octets[1] !== octets.length - 2) return null;
  if (follows !== undefined && !/[,;+]/.test(follows)) return null;
  const value = decode([...octets.subarray(2)]);
  return value === null ? null : { text: value, end };
}

function decode(octets: number[]): string | null {
  try {
    return decoder.decode(Uint8Array.from(octets));
  } catch {
    return null;
  }
}

export function writeDn(dn: Dn): string {
  return dn.map((rdn) => rdn.map(({ type, value }) => `${type}=${escapeDnValue(value)}`).join('+')).join(',');
}

/** RFC 4517 §4.2.15: names are the same when their levels are, whatever the order within a level. */
export function dnKey(dn: Dn): string {
  return dn.map(rdnKey).join(',');
}

export function rdnKey(rdn: Rdn): string {
  return rdn
    .map(({ type, value }) => `${type.toLowerCase()}=${escapeDnValue(fold(value))}`)
    .sort()
    .join('+');
}
