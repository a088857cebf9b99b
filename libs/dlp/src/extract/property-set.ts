// The title, the subject, the keywords and the comments of an old Office document ([MS-OLEPS]): a table of values in a
// stream of its own. Values may overlap; what is read of all of them is no more than the stream is long.
import { decodePage } from './code-page.ts';
import { Damaged } from './extraction.ts';
import { Octets } from './octets.ts';

const HEADER = 28;
const CODE_PAGE = 1;
const INTEGER = 0x02;
const STRING = 0x1e;
const WIDE_STRING = 0x1f;
const VECTOR = 0x1000;

/** Every string in it. Throws `Damaged` or a RangeError. */
export function stringsOfProperties(bytes: Buffer): string[] {
  const sets = Math.min(2, bytes.readUInt32LE(24));
  const found: string[] = [];
  const budget = { left: bytes.length };
  for (let set = 0; set < sets; set++) {
    const start = bytes.readUInt32LE(HEADER + 20 * set + 16);
    const count = bytes.readUInt32LE(start + 4);
    if (count > bytes.length / 8) throw new Damaged('more properties than room');
    const places = Array.from({ length: count }, (_, index) => ({
      id: bytes.readUInt32LE(start + 8 + 8 * index),
      at: start + bytes.readUInt32LE(start + 12 + 8 * index),
    }));
    const own = places.find(({ id }) => id === CODE_PAGE);
    const isNumber = own !== undefined && bytes.readUInt16LE(own.at) === INTEGER;
    const page = isNumber ? bytes.readUInt16LE(own.at + 4) : 1252;
    for (const { at } of places) found.push(...stringsAt(bytes, at, page, budget));
  }
  return found;
}

function stringsAt(bytes: Buffer, at: number, page: number, budget: { left: number }): string[] {
  const type = bytes.readUInt32LE(at);
  const kind = type & ~VECTOR;
  if (kind !== STRING && kind !== WIDE_STRING) return [];
  const octets = new Octets(bytes.subarray(at + 4));
  const count = (type & VECTOR) === 0 ? 1 : octets.u32();
  const found: string[] = [];
  for (let index = 0; index < count; index++) {
    const length = octets.u32() * (kind === WIDE_STRING ? 2 : 1);
    budget.left -= length + 4;
    if (budget.left < 0) throw new Damaged('values overlap');
    const value = octets.take(length);
    const text = kind === WIDE_STRING ? value.toString('utf16le') : decodePage(value, page);
    found.push(text.replace(/\0+$/, ''));
    // Items of a vector begin at whole words.
    if (count > 1) octets.take(Math.min(octets.left, (4 - (length % 4)) % 4));
  }
  return found;
}
