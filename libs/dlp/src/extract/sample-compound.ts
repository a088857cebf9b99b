// Compound files and what lies in them, for tests: messages of Outlook, winmail.dat, and the Office documents of before 2007.
import { deflateSync } from 'node:zlib';

export interface Tree {
  [name: string]: Buffer | Tree;
}

const SECTOR = 512;
const END = 0xfffffffe;
const FREE = 0xffffffff;
const OF_TABLE = 0xfffffffd;
const OF_LIST = 0xfffffffc;
/** Sectors of the table that the header names. */
const IN_HEADER = 109;

interface Entry {
  name: string;
  kind: number;
  right: number;
  child: number;
  content: Buffer;
  start: number;
}

/** [MS-CFB] version 3: streams, the mini stream with those below 4096 octets, its table, the directory, the table. */
export function compoundFile(tree: Tree): Buffer {
  const entries: Entry[] = [];
  const root = entryOf('Root Entry', 5, Buffer.alloc(0));
  entries.push(root);
  root.child = addAll(entries, tree);
  const sectors: Buffer[] = [];
  const table: number[] = [];
  const place = (content: Buffer): number => {
    if (content.length === 0) return END;
    const start = sectors.length;
    for (let at = 0; at < content.length; at += SECTOR) {
      sectors.push(Buffer.concat([content.subarray(at, at + SECTOR)], SECTOR));
      table.push(sectors.length);
    }
    table[table.length - 1] = END;
    return start;
  };
  const mini: Buffer[] = [];
  const miniTable: number[] = [];
  for (const entry of entries) {
    if (entry.kind !== 2 || entry.content.length === 0) continue;
    if (entry.content.length >= 4096) entry.start = place(entry.content);
    else {
      entry.start = miniTable.length;
      const count = Math.ceil(entry.content.length / 64);
      mini.push(Buffer.concat([entry.content], count * 64));
      for (let index = 1; index <= count; index++)
        miniTable.push(index === count ? END : entry.start + index);
    }
  }
  root.content = Buffer.concat(mini);
  root.start = place(root.content);
  const miniTableStart = place(numbers(miniTable, 128));
  const directoryStart = place(Buffer.concat(entries.map(written)));
  let tableSectors = 0;
  let lists = 0;
  // The table names its own sectors too, and those that say where it is.
  while (tableSectors * 128 < table.length + tableSectors + lists) {
    tableSectors++;
    lists = Math.ceil(Math.max(0, tableSectors - IN_HEADER) / 127);
  }
  const tableStart = sectors.length;
  for (let index = 0; index < tableSectors; index++) table.push(OF_TABLE);
  for (let index = 0; index < lists; index++) table.push(OF_LIST);
  sectors.push(numbers(table, 128));
  const listStart = tableStart + tableSectors;
  for (let list = 0; list < lists; list++) {
    const from = IN_HEADER + 127 * list;
    const own = Array.from(
      { length: Math.min(127, tableSectors - from) },
      (_, index) => tableStart + from + index,
    );
    const sector = numbers(own, 128);
    sector.writeUInt32LE(list + 1 < lists ? listStart + list + 1 : END, SECTOR - 4);
    sectors.push(sector);
  }
  const header = Buffer.alloc(SECTOR);
  header.write('d0cf11e0a1b11ae1', 'hex');
  for (const [at, value] of [
    [24, 0x3e],
    [26, 3],
    [28, 0xfffe],
    [30, 9],
    [32, 6],
  ] as const)
    header.writeUInt16LE(value, at);
  for (const [at, value] of [
    [44, tableSectors],
    [48, directoryStart],
    [56, 4096],
    [60, miniTableStart],
    [64, Math.ceil(miniTable.length / 128)],
    [68, lists === 0 ? END : listStart],
    [72, lists],
  ] as const)
    header.writeUInt32LE(value, at);
  for (let index = 0; index < IN_HEADER; index++)
    header.writeUInt32LE(index < tableSectors ? tableStart + index : FREE, 76 + 4 * index);
  return Buffer.concat([header, ...sectors]);
}

function entryOf(name: string, kind: number, content: Buffer): Entry {
  return { name, kind, content, right: FREE, child: FREE, start: kind === 1 ? 0 : END };
}

/** Brothers in their order, each the right one of the last; answers the first. */
function addAll(entries: Entry[], tree: Tree): number {
  const names = Object.keys(tree).toSorted(
    (a, b) => a.length - b.length || (a.toUpperCase() < b.toUpperCase() ? -1 : 1),
  );
  let first = FREE;
  let last: Entry | null = null;
  for (const name of names) {
    const value = tree[name] ?? Buffer.alloc(0);
    const isStream = Buffer.isBuffer(value);
    const entry = entryOf(name, isStream ? 2 : 1, isStream ? value : Buffer.alloc(0));
    const id = entries.push(entry) - 1;
    if (last === null) first = id;
    else last.right = id;
    last = entry;
    if (!isStream) entry.child = addAll(entries, value);
  }
  return first;
}

function written({ name, kind, right, child, content, start }: Entry): Buffer {
  const entry = Buffer.alloc(128);
  entry.write(name, 'utf16le');
  entry.writeUInt16LE(2 * name.length + 2, 64);
  entry[66] = kind;
  entry[67] = 1;
  entry.writeUInt32LE(FREE, 68);
  entry.writeUInt32LE(right, 72);
  entry.writeUInt32LE(child, 76);
  entry.writeUInt32LE(start, 116);
  entry.writeUInt32LE(content.length, 120);
  return entry;
}

function numbers(values: readonly number[], multiple: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil(values.length / multiple) * multiple * 4, 0xff);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index);
  return bytes;
}

const wide = (text: string): Buffer => Buffer.from(text, 'utf16le');

export const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};

export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** Of Word 97 and later: narrow pieces hold windows-1252, the others UTF-16. */
export function doc(text: string, { flags = 0 } = {}): Buffer {
  const header = Buffer.alloc(0x600);
  const pieces: Buffer[] = [];
  const table: { end: number; place: number }[] = [];
  let at = header.length;
  let end = 0;
  // Cut where documents are that somebody worked on.
  for (const piece of text.replaceAll('\n', '\r').match(/[^]{1,700}/g) ?? []) {
    const isNarrow = /^[\r\u0020-\u007e]*$/.test(piece);
    const octets = Buffer.from(piece, isNarrow ? 'latin1' : 'utf16le');
    end += piece.length;
    table.push({ end, place: isNarrow ? at * 2 + 0x40000000 : at });
    pieces.push(octets);
    at += octets.length;
  }
  const plex = Buffer.concat([
    u32(0),
    ...table.map((piece) => u32(piece.end)),
    ...table.map(({ place }) => Buffer.concat([u16(0), u32(place), u16(0)])),
  ]);
  const clx = Buffer.concat([Buffer.of(1), u16(2), u16(0), Buffer.of(2), u32(plex.length), plex]);
  header.writeUInt16LE(0xa5ec, 0);
  header.writeUInt16LE(0xc1, 2);
  header.writeUInt16LE(0x0200 | flags, 10);
  header.writeUInt32LE(8, 0x1a2);
  header.writeUInt32LE(clx.length, 0x1a6);
  const main = Buffer.concat([header, ...pieces]);
  return compoundFile({
    WordDocument: Buffer.concat([main], Math.max(4096, main.length)),
    '1Table': Buffer.concat([Buffer.alloc(8), clx]),
    '\u0001CompObj': Buffer.alloc(20),
  });
}

const record = (kind: number, ...body: Buffer[]): Buffer => {
  const content = Buffer.concat(body);
  return Buffer.concat([u16(kind), u16(content.length), content]);
};
const unicode = (text: string): Buffer => Buffer.concat([u16(text.length), Buffer.of(1), wide(text)]);
/** Records are no longer than this. */
const ROOM = 1000;

/** Of Excel 97 and later: one table of strings, cut in the midst of them as long ones are. */
export function xls(text: string, cells: readonly Buffer[] = []): Buffer {
  const strings = text.split('\n');
  const parts: Buffer[] = [];
  let part: Buffer[] = [u32(strings.length), u32(strings.length)];
  let room = ROOM - 8;
  const next = (...begin: Buffer[]): void => {
    parts.push(Buffer.concat(part));
    part = begin;
    room = ROOM - Buffer.concat(begin).length;
  };
  for (const string of strings) {
    if (room < 8) next();
    part.push(u16(string.length), Buffer.of(1));
    room -= 3;
    for (let rest = string; rest !== ''; ) {
      if (room < 2) next(Buffer.of(1));
      const here = rest.slice(0, Math.floor(room / 2));
      part.push(wide(here));
      room -= 2 * here.length;
      rest = rest.slice(here.length);
    }
  }
  next();
  const [first = Buffer.alloc(0), ...others] = parts;
  return workbook(record(0x00fc, first), ...others.map((other) => record(0x003c, other)), ...cells);
}

export function workbook(...records: Buffer[]): Buffer {
  const begins = record(0x0809, u16(0x0600), u16(0x0005), Buffer.alloc(12));
  const sheet = record(0x0085, Buffer.alloc(6), Buffer.of(6, 1), wide('Лист 1'));
  return compoundFile({ Workbook: Buffer.concat([begins, sheet, ...records, record(0x000a)]) });
}

export { record as excelRecord, unicode as excelString };

/** [MS-PPT]: texts in a list of texts, narrow where they can be. */
export function ppt(text: string, { objects = [] as readonly Buffer[] } = {}): Buffer {
  const atom = (kind: number, body: Buffer, flags = 0): Buffer =>
    Buffer.concat([u16(flags), u16(kind), u32(body.length), body]);
  const texts = text.split('\n').map((line) => {
    const isNarrow = /^[\u0020-\u007e]*$/.test(line);
    return atom(isNarrow ? 0x0fa8 : 0x0fa0, isNarrow ? Buffer.from(line, 'latin1') : wide(line));
  });
  const packed = objects.map((object) =>
    atom(0x1011, Buffer.concat([u32(object.length), deflateSync(object)]), 0x0010),
  );
  const list = atom(0x0ff0, Buffer.concat(texts), 0x000f);
  const document = atom(0x03e8, list, 0x000f);
  return compoundFile({
    'Current User': Buffer.concat([u32(0), u32(0x14), u32(0x14), u32(0xe391c05f)]),
    'PowerPoint Document': Buffer.concat([document, ...packed]),
  });
}

interface Message {
  text?: string;
  html?: Buffer;
  rtf?: Buffer;
  attached?: readonly (readonly [name: string, content: Buffer | Message])[];
}

/** [MS-OXMSG]; Outlook has the body in one or several of its forms. */
export function msg(message: Message): Buffer {
  return compoundFile(messageTree(message, 32));
}

function messageTree({ text, html, rtf, attached = [] }: Message, header: number): Tree {
  const tree: Tree = {
    // PidTagInternetCodepage: UTF-8.
    '__properties_version1.0': Buffer.concat([
      Buffer.alloc(header),
      Buffer.concat([u16(3), u16(0x3fde), u32(6), u32(65001), u32(0)]),
    ]),
    '__nameid_version1.0': { '__substg1.0_00040102': Buffer.alloc(0) },
    '__substg1.0_0037001F': wide('Тема письма'),
    '__recip_version1.0_#00000000': { '__substg1.0_3001001F': wide('Ольга Получатель') },
  };
  if (text !== undefined) tree['__substg1.0_1000001F'] = wide(text);
  if (html !== undefined) tree['__substg1.0_10130102'] = html;
  if (rtf !== undefined) tree['__substg1.0_10090102'] = rtf;
  for (const [index, [name, content]] of attached.entries()) {
    const isFile = Buffer.isBuffer(content);
    tree[`__attach_version1.0_#${index.toString(16).padStart(8, '0').toUpperCase()}`] = {
      '__properties_version1.0': Buffer.alloc(8),
      '__substg1.0_3707001F': wide(name),
      [`__substg1.0_3701${isFile ? '0102' : '000D'}`]: isFile ? content : messageTree(content, 24),
    };
  }
  return tree;
}

/** [MS-OXRTFCP], each octet for itself. */
export function compressedRtf(rtf: Buffer): Buffer {
  const groups: Buffer[] = [];
  for (let at = 0; at < rtf.length; at += 8) groups.push(Buffer.of(0), rtf.subarray(at, at + 8));
  // A reference to the place that is written next ends it.
  const end = (207 + rtf.length) % 4096;
  const isWhole = rtf.length % 8 === 0;
  const last = Buffer.of(end >> 4, (end << 4) & 0xff);
  if (isWhole) groups.push(Buffer.of(1), last);
  else {
    const control = groups[groups.length - 2];
    if (control !== undefined) control[0] = 1 << (rtf.length % 8);
    groups.push(last);
  }
  const body = Buffer.concat(groups);
  return Buffer.concat([u32(body.length + 12), u32(rtf.length), Buffer.from('LZFu'), u32(0), body]);
}

/** [MS-OXTNEF]; what is attached as its own attributes, or as an object with all of its properties. */
export function tnef({ text, rtf, attached = [] }: Omit<Message, 'html'>): Buffer {
  const attribute = (id: number, ...body: Buffer[]): Buffer => {
    const content = Buffer.concat(body);
    const sum = content.reduce((total, octet) => (total + octet) & 0xffff, 0);
    return Buffer.concat([Buffer.of(1), u32(id), u32(content.length), content, u16(sum)]);
  };
  const property = (type: number, id: number, value: Buffer): Buffer => {
    const padding = Buffer.alloc((4 - (value.length % 4)) % 4);
    return Buffer.concat([u16(type), u16(id), u32(1), u32(value.length), value, padding]);
  };
  const named = Buffer.concat([
    ...[u16(0x001f), u16(0x8001), Buffer.alloc(16), u32(1), u32(4), wide('Ab')],
    ...[u32(1), u32(8), wide('тег\0')],
  ]);
  const properties = [property(0x001f, 0x0037, wide('Тема письма\0')), named];
  if (text !== undefined) properties.push(property(0x001f, 0x1000, wide(`${text}\0`)));
  if (rtf !== undefined) properties.push(property(0x0102, 0x1009, rtf));
  const files = attached.flatMap(([name, content]) => [
    attribute(0x00069002, Buffer.alloc(14)),
    attribute(0x00018010, Buffer.from('short.bin\0')),
    ...(Buffer.isBuffer(content) ? [attribute(0x0006800f, content)] : []),
    attribute(
      0x00069005,
      u32(Buffer.isBuffer(content) ? 1 : 2),
      property(0x001f, 0x3707, wide(`${name}\0`)),
      Buffer.isBuffer(content)
        ? Buffer.alloc(0)
        : property(0x000d, 0x3701, Buffer.concat([Buffer.alloc(16, 7), tnef(content)])),
    ),
  ]);
  return Buffer.concat([
    ...[
      u32(0x223e9f78),
      u16(1),
      attribute(0x00089006, u32(0x00010000)),
      attribute(0x00069007, u32(1251), u32(0)),
    ],
    ...[attribute(0x00069003, u32(properties.length), ...properties), ...files],
  ]);
}

/** Of Word 6.0 and 95: one octet a character, of windows-1251. */
export function oldDoc(text: string): Buffer {
  const octets = Buffer.from(
    Array.from(text, (char) => {
      const code = char.charCodeAt(0);
      return code < 0x80 ? code : code - 0x0410 + 0xc0;
    }),
  );
  const header = Buffer.alloc(0x300);
  header.writeUInt16LE(0xa5dc, 0);
  header.writeUInt16LE(104, 2);
  header.writeUInt32LE(header.length, 0x18);
  header.writeUInt32LE(header.length + octets.length, 0x1c);
  return compoundFile({ WordDocument: Buffer.concat([header, octets]) });
}

/** Headers of POSIX, or as they were before. */
export function tar(
  files: readonly (readonly [name: string, content: Buffer, type: string])[],
  { isOld = false } = {},
): Buffer {
  const blocks = files.flatMap(([name, content, type]) => {
    const header = Buffer.alloc(512);
    header.write(name.slice(0, 100));
    header.write(content.length.toString(8).padStart(11, '0'), 124);
    header.write('        ', 148);
    header.write(type, 156, 'latin1');
    if (!isOld) header.write('ustar\u000000', 257, 'latin1');
    const sum = header.reduce((total, octet) => total + octet, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, Buffer.concat([content], Math.ceil(content.length / 512) * 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
