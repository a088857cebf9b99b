// The text of Word documents of 6.0 to 2003 ([MS-DOC]): pieces that a table in another stream names, in the order in which
// they are read, with footnotes, headers, comments and text boxes behind the main text. Pieces may overlap, so what is read
// of them counts as unpacked.
import { decodePage } from './code-page.ts';
import type { Within } from './compound-file.ts';
import { Damaged, type Into } from './extraction.ts';
import { Octets } from './octets.ts';
import { textOf } from './plain.ts';

/** Of Word from 97 on, and before. */
const MARKS = new Set([0xa5ec, 0xa5dc]);
const SINCE_97 = 0x00c1;
const IS_COMPLEX = 0x0004;
const IS_ENCRYPTED = 0x0100;
const USES_TABLE_1 = 0x0200;
/** Where the header says where the table is: from 97 on in the other stream, before in the same. */
const TABLE_AT = 0x01a2;
const OLD_TABLE_AT = 0x0160;
const OLD_TEXT_AT = 0x0018;
const ONE_OCTET = 0x40000000;

interface Piece {
  at: number;
  characters: number;
  /** Of one octet each, else of UTF-16. */
  isNarrow: boolean;
}

export function readWordDocument({ into, stream }: Within): void {
  const main = stream('worddocument') ?? Buffer.alloc(0);
  if (!MARKS.has(main.readUInt16LE(0))) throw new Damaged('no Word document');
  const flags = main.readUInt16LE(10);
  // The flag is also that of a mere obfuscation, which nobody here undoes either.
  if ((flags & IS_ENCRYPTED) !== 0) return into.unread('encrypted');
  if (main.readUInt16LE(2) < SINCE_97) return into.text(readable(oldText(main, flags, into)));
  const table = stream((flags & USES_TABLE_1) === 0 ? '0table' : '1table') ?? Buffer.alloc(0);
  const found: string[] = [];
  let characters = 0;
  try {
    for (const piece of piecesIn(tableIn(table, main, TABLE_AT))) {
      if (characters > into.charactersLeft) break;
      const octets = octetsOf(piece, main, into);
      // [MS-DOC] §2.9.73: one octet a character is windows-1252; everything else is stored in UTF-16.
      found.push(piece.isNarrow ? decodePage(octets, 1252) : octets.toString('utf16le'));
      characters += piece.characters;
    }
  } finally {
    into.text(readable(found.join('')));
  }
}

/** Before 97 a text has one octet for a character, of a code page that only its fonts tell. */
function oldText(main: Buffer, flags: number, into: Into): string {
  const octets: Buffer = (flags & IS_COMPLEX) === 0 ? oldWhole(main) : oldPieces(main, into);
  const printable = octets.map((octet) => (octet < 0x20 && octet !== 0x09 && octet !== 0x1f ? 0x0a : octet));
  return textOf(Buffer.from(printable.filter((octet) => octet !== 0x1f))) ?? decodePage(octets, 1251);
}

function oldWhole(main: Buffer): Buffer {
  const [start, end] = [main.readUInt32LE(OLD_TEXT_AT), main.readUInt32LE(OLD_TEXT_AT + 4)];
  if (end > main.length || start > end) throw new Damaged('the text is not there');
  return main.subarray(start, end);
}

function oldPieces(main: Buffer, into: Into): Buffer {
  const found: Buffer[] = [];
  for (const piece of piecesIn(tableIn(main, main, OLD_TABLE_AT))) {
    found.push(octetsOf({ ...piece, isNarrow: true }, main, into));
  }
  return Buffer.concat(found);
}

function tableIn(table: Buffer, main: Buffer, at: number): Buffer {
  const start = main.readUInt32LE(at);
  const length = main.readUInt32LE(at + 4);
  if (start + length > table.length) throw new Damaged('the table of pieces is not there');
  return table.subarray(start, start + length);
}

/** [MS-DOC] §2.9.38: properties, which are passed over, and the pieces. */
function* piecesIn(table: Buffer): Generator<Piece> {
  const octets = new Octets(table);
  for (let kind = octets.take(1)[0]; kind !== 2; kind = octets.take(1)[0]) {
    if (kind !== 1) throw new Damaged('no table of pieces');
    octets.take(octets.u16());
  }
  const plex = octets.take(octets.u32());
  const count = Math.floor((plex.length - 4) / 12);
  for (let index = 0; index < count; index++) {
    const characters = plex.readUInt32LE(4 * index + 4) - plex.readUInt32LE(4 * index);
    if (characters < 0) throw new Damaged('a piece ends before it begins');
    const place = plex.readUInt32LE(4 * (count + 1) + 8 * index + 2);
    const isNarrow = (place & ONE_OCTET) !== 0;
    const at = place & 0x3fffffff;
    yield { at: isNarrow ? at >>> 1 : at, characters, isNarrow };
  }
}

function octetsOf({ at, characters, isNarrow }: Piece, main: Buffer, into: Into): Buffer {
  const length = characters * (isNarrow ? 1 : 2);
  if (at + length > main.length) throw new Damaged('a piece is not there');
  into.unpacked(length);
  return main.subarray(at, at + length);
}

/** What stands for pictures, notes and hyphens that only the end of a line shows. */
const ANCHORS = /[\u0001\u0002\u0005\u0008\u001f]/g; // oxlint-disable-line no-control-regex
/** Ends of paragraphs, cells, lines, pages and columns. */
const ENDS = /[\r\u0007\u000b\u000c\u000e]/g; // oxlint-disable-line no-control-regex

function readable(text: string): string {
  return text.replace(ANCHORS, '').replaceAll('\u001e', '-').replace(ENDS, '\n');
}
