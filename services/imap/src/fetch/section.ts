// The `[...]` of BODY and BINARY (RFC 9051 §6.4.5, §9 section): what it names, and how an answer repeats it.
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';
import { formatAstring } from '../syntax/response-text.ts';

export interface Section {
  /** Part number, '' for the whole message. */
  path: string;
  part: 'all' | 'header' | 'fields' | 'fieldsNot' | 'text' | 'mime';
  /** Of HEADER.FIELDS and HEADER.FIELDS.NOT, in lower case. */
  fields: readonly string[];
  /** As an answer writes it, without brackets. */
  text: string;
}

export interface Partial {
  offset: number;
  count: number;
}

const PATH = /^[1-9][0-9]{0,9}(?:\.[1-9][0-9]{0,9})*$/;
/** RFC 9051 §9 nz-number: 32 bits. */
const MAX_PART = 4_294_967_295;
const MAX_PATH = 400;
const MAX_FIELDS = 200;
const PARTS: ReadonlyMap<string, Section['part']> = new Map([
  ['HEADER', 'header'],
  ['HEADER.FIELDS', 'fields'],
  ['HEADER.FIELDS.NOT', 'fieldsNot'],
  ['TEXT', 'text'],
  ['MIME', 'mime'],
]);

/** Reads up to and with the closing bracket; the opening one has been read. */
export function parseSection(cursor: Cursor): Section {
  const spec = cursor.until(' ]');
  const { path, word } = split(spec);
  const part = word === '' ? 'all' : PARTS.get(word);
  // RFC 9051 §9 section-text: MIME belongs to a part.
  if (part === undefined || (part === 'mime' && path === '')) throw new BadSyntax('unknown section');
  let text = path + (path !== '' && word !== '' ? '.' : '') + word;
  let fields: string[] = [];
  if (part === 'fields' || part === 'fieldsNot') {
    cursor.space();
    const given = cursor.list(() => cursor.astring());
    if (given.length === 0 || given.length > MAX_FIELDS) throw new BadSyntax('no or too many field names');
    fields = given.map((name) => name.toLowerCase());
    text += ` (${given.map(formatAstring).join(' ')})`;
  }
  cursor.expect(']');
  return { path, part, fields, text };
}

/** Reads `1.2]` of BINARY, or `]`. */
export function parseBinarySection(cursor: Cursor): Section {
  const path = cursor.until(']');
  cursor.expect(']');
  if (path !== '' && (!isPath(path) || path.length > MAX_PATH)) throw new BadSyntax('malformed part number');
  return { path, part: 'all', fields: [], text: path };
}

function split(spec: string): { path: string; word: string } {
  const found = /^([0-9.]*)([A-Za-z.]*)$/.exec(spec);
  if (!found || spec.length > MAX_PATH) throw new BadSyntax('unknown section');
  const [, numbers = '', letters = ''] = found;
  const path = letters !== '' && numbers.endsWith('.') ? numbers.slice(0, -1) : numbers;
  const isJoined = letters === '' || numbers === '' || numbers.endsWith('.');
  if ((path !== '' && !isPath(path)) || !isJoined || (numbers === '.' && path === '')) {
    throw new BadSyntax('malformed part number');
  }
  return { path, word: letters.toUpperCase() };
}

function isPath(path: string): boolean {
  return PATH.test(path) && path.split('.').every((number) => Number(number) <= MAX_PART);
}

/** `<0.1024>` if it comes next. RFC 9051 §9 partial: the count is not 0; clients that ask for nothing get nothing. */
export function parsePartial(cursor: Cursor): Partial | null {
  if (!cursor.take('<')) return null;
  const offset = cursor.number64();
  cursor.expect('.');
  const count = cursor.number64();
  cursor.expect('>');
  return { offset, count };
}
