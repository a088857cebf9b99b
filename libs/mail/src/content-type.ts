// Content-Type, Content-Disposition and their parameters (RFC 2045 §5.1, RFC 2183), read tolerantly and in linear time.
//
// Parameter continuations of RFC 2231 are joined, as RFC 2231 §6 asks of IMAP servers: `name*0`, `name*1` become
// `name`; when a piece is percent-encoded they become `name*` and keep charset and language. All strings are latin1.

import { trimBlanks } from './blanks.ts';
import {
  DISPOSITION_TYPE,
  MAX_PIECES,
  MEDIA_TYPE,
  splitHead,
  splitParameters,
  splitSemicolons,
  trimmed,
} from './field-pieces.ts';

export interface ContentType {
  type: string;
  subtype: string;
  parameters: ReadonlyMap<string, string>;
}

export interface Disposition {
  type: string;
  parameters: ReadonlyMap<string, string>;
}

/** Longer values are an attack or damage; the rest is dropped. */
const MAX_VALUE = 4096;
const MAX_SECTIONS = 100;

// RFC 2045 §5.1: token is any US-ASCII char but blanks, controls and tspecials.
const TOKEN = /^[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+$/;

/** Null when the field is not valid: RFC 2045 §5.2 then takes the default. */
export function parseContentType(value: string): ContentType | null {
  const { head, parameters } = parseParameterised(value, MEDIA_TYPE);
  const slash = head.indexOf('/');
  if (slash < 1) return null;
  const type = trimBlanks(head.slice(0, slash));
  const subtype = trimBlanks(head.slice(slash + 1));
  if (!TOKEN.test(type) || !TOKEN.test(subtype) || head.length > 255) return null;
  return { type: type.toLowerCase(), subtype: subtype.toLowerCase(), parameters };
}

/**
 * The value of a parameter, also of one in the extended form `name*=charset'language'percent-encoded` (RFC 2231 §4),
 * as octets; undefined when it is missing.
 */
export function parameterOctets(parameters: ReadonlyMap<string, string>, name: string): string | undefined {
  const plain = parameters.get(name);
  if (plain !== undefined) return plain;
  const extended = parameters.get(`${name}*`);
  return extended
    ?.replace(/^[^']*'[^']*'/, '')
    .replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

export function parseDisposition(value: string): Disposition | null {
  const { head, parameters } = parseParameterised(value, DISPOSITION_TYPE);
  if (!TOKEN.test(head) || head.length > 255) return null;
  return { type: head.toLowerCase(), parameters };
}

interface Parameterised {
  head: string;
  parameters: Map<string, string>;
}

function parseParameterised(value: string, headPattern: RegExp): Parameterised {
  const [first, ...others] = splitSemicolons(value);
  const [head, ...unmarked] = first ? splitHead(first, headPattern) : [];
  const pieces = [...unmarked, ...others].flatMap(splitParameters).slice(0, MAX_PIECES);
  const raw = new Map<string, string>();
  for (const piece of pieces) {
    const equals = piece.text.indexOf('=');
    if (equals < 1) continue;
    const name = trimBlanks(piece.text.slice(0, equals)).toLowerCase();
    // The first of two equal names stands: a boundary can't be replaced by something appended.
    if (!TOKEN.test(name) || raw.has(name)) continue;
    raw.set(name, trimmed(piece, equals + 1).slice(0, MAX_VALUE));
  }
  return { head: head ? trimmed(head, 0) : '', parameters: joinContinuations(raw) };
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
