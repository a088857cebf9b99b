// Compound files ([MS-CFB]): storages and streams in one file, as Outlook's messages and the Office documents of before 2007
// are. Their sectors are chained by a table that whoever made the file wrote: a chain is followed for as many steps as the
// file has sectors, an entry is entered once, and what a header or an entry claims is never believed before it was found.
import { Damaged, type Into, LimitReached } from './extraction.ts';

export interface Storage {
  name: string;
  storages: Storage[];
  streams: Stream[];
}

export interface Stream {
  name: string;
  bytes: number;
  start: number;
}

/** What the reader of a storage gets. */
export interface Within {
  into: Into;
  /** Names are compared as the system that made them does, without case; null when there is none. */
  stream: (name: string) => Buffer | null;
  octets: (stream: Stream) => Buffer;
  /** Reads what lies in a storage of it. */
  storage: (storage: Storage, name: string) => Promise<void>;
}

const HEADER = 512;
const DIFAT_IN_HEADER = 109;
const ENTRY = 128;
const MINI_SECTOR = 64;
/** Streams below this lie in the mini stream. */
const MINI_CUTOFF = 4096;
/** Sectors beyond this number have a meaning of their own: the end of a chain, free, of the table. */
const LAST_SECTOR = 0xfffffffa;
const NO_ENTRY = 0xffffffff;
const STORAGE = 1;
const STREAM = 2;
const ROOT = 5;
/** A message to a thousand recipients has more than ten thousand. */
const MAX_ENTRIES = 50_000;
/** Storages in storages; messages in messages have two a level. */
const MAX_DEPTH = 40;

export class CompoundFile {
  readonly root: Storage;
  readonly #bytes: Buffer;
  readonly #sectorBytes: number;
  /** How many sectors the file has room for. */
  readonly #sectors: number;
  /** Where the sectors of the allocation table are. */
  readonly #table: number[];
  readonly #miniTable: number[];
  readonly #miniSectors: number[];

  /** Throws `Damaged`, and `LimitReached` where it has too many entries. */
  constructor(bytes: Buffer) {
    if (bytes.length < HEADER) throw new Damaged('it ends too early');
    const shift = bytes.readUInt16LE(30);
    // [MS-CFB] §2.2: sectors of version 3 have 512 octets, those of version 4 have 4096.
    if (shift !== 9 && shift !== 12) throw new Damaged('sectors of no known size');
    this.#bytes = bytes;
    this.#sectorBytes = 1 << shift;
    this.#sectors = Math.ceil(bytes.length / this.#sectorBytes) - 1;
    this.#table = this.#tableSectors();
    this.#miniTable = this.#chain(bytes.readUInt32LE(60));
    const entries = this.#entries(this.#chain(bytes.readUInt32LE(48)));
    const [first] = entries;
    if (first?.kind !== ROOT) throw new Damaged('it has no root');
    this.#miniSectors = this.#chain(first.start);
    this.root = tree(entries, first);
  }

  /** The octets of a stream. */
  read({ bytes, start }: Stream, into: Into): Buffer {
    if (bytes === 0) return Buffer.alloc(0);
    const isMini = bytes < MINI_CUTOFF;
    const size = isMini ? MINI_SECTOR : this.#sectorBytes;
    const needed = Math.ceil(bytes / size);
    if (needed > (isMini ? this.#miniSectorCount : this.#sectors)) throw new Damaged('a stream is too long');
    const chain = isMini ? this.#miniChain(start, needed) : this.#chain(start, needed);
    if (chain.length < needed) throw new Damaged('a stream ends too early');
    into.unpacked(bytes);
    const octets = Buffer.allocUnsafe(bytes);
    for (const [index, sector] of chain.entries()) {
      const from = isMini ? this.#miniAt(sector) : this.#at(sector);
      const at = index * size;
      const length = Math.min(size, bytes - at);
      if (this.#bytes.copy(octets, at, from, from + length) < length) throw new Damaged('it ends too early');
    }
    return octets;
  }

  #at(sector: number): number {
    return (sector + 1) * this.#sectorBytes;
  }

  get #miniSectorCount(): number {
    return this.#miniSectors.length * (this.#sectorBytes / MINI_SECTOR);
  }

  #miniAt(miniSector: number): number {
    const at = miniSector * MINI_SECTOR;
    const sector = this.#miniSectors[Math.floor(at / this.#sectorBytes)];
    if (sector === undefined) throw new Damaged('a chain leaves the mini stream');
    return this.#at(sector) + (at % this.#sectorBytes);
  }

  /** [MS-CFB] §2.5: the first 109 stand in the header, the others in sectors of their own. */
  #tableSectors(): number[] {
    const found: number[] = [];
    const take = (at: number, count: number): void => {
      for (let index = 0; index < count; index++) {
        const sector = this.#bytes.readUInt32LE(at + 4 * index);
        if (sector < LAST_SECTOR) found.push(sector);
      }
    };
    take(HEADER - 4 * DIFAT_IN_HEADER, DIFAT_IN_HEADER);
    const inSector = this.#sectorBytes / 4 - 1;
    let sector = this.#bytes.readUInt32LE(68);
    for (let steps = 0; sector < LAST_SECTOR; steps++) {
      const at = this.#at(sector);
      if (steps > this.#sectors || at + this.#sectorBytes > this.#bytes.length) throw new Damaged('no table');
      // No more than the file has sectors: a table of one sector that is named again and again is as good as named once.
      if (found.length <= this.#sectors) take(at, inSector);
      sector = this.#bytes.readUInt32LE(at + 4 * inSector);
    }
    return found;
  }

  /** The sectors from this one on, `most` at most; as many as the file has end every loop. */
  #chain(start: number, most = this.#sectors + 1): number[] {
    return this.#follow(start, most, this.#sectors, this.#table);
  }

  #miniChain(start: number, most: number): number[] {
    return this.#follow(start, most, this.#miniSectorCount, this.#miniTable);
  }

  #follow(start: number, most: number, sectors: number, table: readonly number[]): number[] {
    const chain: number[] = [];
    const inSector = this.#sectorBytes / 4;
    let sector = start;
    while (sector < LAST_SECTOR && chain.length < most) {
      if (sector >= sectors) throw new Damaged('a chain leaves the file');
      if (chain.length >= sectors) throw new Damaged('a chain has no end');
      chain.push(sector);
      const place = table[Math.floor(sector / inSector)];
      if (place === undefined) throw new Damaged('a sector is in no table');
      const at = this.#at(place) + 4 * (sector % inSector);
      if (at + 4 > this.#bytes.length) throw new Damaged('it ends too early');
      sector = this.#bytes.readUInt32LE(at);
    }
    return chain;
  }

  #entries(directory: readonly number[]): Entry[] {
    const perSector = this.#sectorBytes / ENTRY;
    if (directory.length * perSector > MAX_ENTRIES) throw new LimitReached('tooMany');
    const entries: Entry[] = [];
    for (const sector of directory) {
      for (let index = 0; index < perSector; index++) {
        const at = this.#at(sector) + index * ENTRY;
        if (at + ENTRY > this.#bytes.length) return entries;
        entries.push(entryAt(this.#bytes, at));
      }
    }
    return entries;
  }
}

/** [MS-CFB] §2.6.1 */
interface Entry {
  name: string;
  kind: number;
  left: number;
  right: number;
  child: number;
  start: number;
  bytes: number;
}

function entryAt(bytes: Buffer, at: number): Entry {
  const nameLength = Math.max(0, Math.min(64, bytes.readUInt16LE(at + 64)) - 2) & ~1;
  return {
    name: bytes.toString('utf16le', at, at + nameLength),
    kind: bytes[at + 66] ?? 0,
    left: bytes.readUInt32LE(at + 68),
    right: bytes.readUInt32LE(at + 72),
    child: bytes.readUInt32LE(at + 76),
    start: bytes.readUInt32LE(at + 116),
    // The upper half of version 4: no file that comes here has it.
    bytes: bytes.readUInt32LE(at + 120),
  };
}

/** Brothers are a tree of their own; an entry that was met already is not entered again, wherever it is named. */
function tree(entries: readonly Entry[], root: Entry): Storage {
  const met = new Set<number>([0]);
  const top: Storage = { name: '', storages: [], streams: [] };
  const open: { id: number; within: Storage; depth: number }[] = [{ id: root.child, within: top, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { id, within, depth } = next;
    const entry = entries[id];
    if (id === NO_ENTRY || entry === undefined || met.has(id)) continue;
    met.add(id);
    const { name, kind, start, bytes } = entry;
    open.push({ id: entry.right, within, depth });
    if (kind === STREAM) within.streams.push({ name, start, bytes });
    if (kind === STORAGE) {
      if (depth >= MAX_DEPTH) throw new LimitReached('tooDeep');
      const storage: Storage = { name, storages: [], streams: [] };
      within.storages.push(storage);
      open.push({ id: entry.child, within: storage, depth: depth + 1 });
    }
    open.push({ id: entry.left, within, depth });
  }
  return top;
}
