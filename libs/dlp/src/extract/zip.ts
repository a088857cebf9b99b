// Zip archives (PKWARE's APPNOTE), from the octets in memory: the directory at the end says what is there, every entry is
// inflated on its own and never beyond what the mail has left, whatever the directory says about sizes.
import { inflateRawSync } from 'node:zlib';
import { Damaged, type Into, LimitReached } from './extraction.ts';

export interface ZipEntry {
  name: string;
  method: number;
  isEncrypted: boolean;
  compressed: number;
  headerAt: number;
}

const END = 0x06054b50;
const END_SIZE = 22;
const MAX_COMMENT = 0xffff;
const ENTRY = 0x02014b50;
const ENTRY_SIZE = 46;
const LOCAL = 0x04034b50;
const LOCAL_SIZE = 30;
const ENCRYPTED = 0x0001;
const UTF8_NAME = 0x0800;
const STORED = 0;
const DEFLATED = 8;
const MAX_ENTRIES = 5000;

export function zipEntries(bytes: Buffer): ZipEntry[] {
  const endAt = findEnd(bytes);
  const count = bytes.readUInt16LE(endAt + 10);
  if (count > MAX_ENTRIES) throw new LimitReached('tooMany');
  const directorySize = bytes.readUInt32LE(endAt + 12);
  // Offsets count from the beginning of the archive, which something may stand in front of.
  const base = endAt - directorySize - bytes.readUInt32LE(endAt + 16);
  let at = endAt - directorySize;
  if (at < 0 || base < 0) throw new Damaged('the directory is not where it should be');
  const entries: ZipEntry[] = [];
  while (entries.length < count) {
    if (at + ENTRY_SIZE > endAt || bytes.readUInt32LE(at) !== ENTRY) throw new Damaged('an entry is missing');
    const nameLength = bytes.readUInt16LE(at + 28);
    const flags = bytes.readUInt16LE(at + 8);
    const name = bytes.subarray(at + ENTRY_SIZE, at + ENTRY_SIZE + nameLength);
    entries.push({
      name: nameOf(name, (flags & UTF8_NAME) !== 0),
      method: bytes.readUInt16LE(at + 10),
      isEncrypted: (flags & ENCRYPTED) !== 0,
      compressed: bytes.readUInt32LE(at + 20),
      headerAt: base + bytes.readUInt32LE(at + 42),
    });
    at += ENTRY_SIZE + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

/** Null where the entry cannot be unpacked; what is missing has been said. */
export function unzip(bytes: Buffer, entry: ZipEntry, into: Into): Buffer | null {
  const { name, method, isEncrypted, headerAt, compressed } = entry;
  if (isEncrypted) return missing('encrypted');
  if (method !== STORED && method !== DEFLATED) return missing('unknownFormat');
  if (headerAt + LOCAL_SIZE > bytes.length || bytes.readUInt32LE(headerAt) !== LOCAL)
    return missing('damaged');
  const start = headerAt + LOCAL_SIZE + bytes.readUInt16LE(headerAt + 26) + bytes.readUInt16LE(headerAt + 28);
  if (start + compressed > bytes.length) return missing('damaged');
  const packed = bytes.subarray(start, start + compressed);
  try {
    return method === STORED ? packed : inflated(() => inflateRawSync(packed, most(into)), into);
  } catch (error) {
    if (error instanceof LimitReached) throw error;
    return missing('damaged');
  }

  function missing(why: 'encrypted' | 'unknownFormat' | 'damaged'): null {
    into.unread(why, name);
    return null;
  }
}

export function most(into: Into): { maxOutputLength: number } {
  return { maxOutputLength: Math.max(1, into.unpackedBytesLeft) };
}

/** Throws `LimitReached` when it becomes more than the mail has left, and `Damaged`. */
export function inflated(inflate: () => Buffer, into: Into): Buffer {
  const bytes = unpackedBy(inflate);
  into.unpacked(bytes.length);
  return bytes;
}

function unpackedBy(inflate: () => Buffer): Buffer {
  try {
    return inflate();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw new LimitReached('tooLarge');
    }
    throw new Damaged('it cannot be unpacked', { cause: error });
  }
}

function findEnd(bytes: Buffer): number {
  const last = bytes.length - END_SIZE;
  for (let at = last; at >= Math.max(0, last - MAX_COMMENT); at--) {
    if (bytes.readUInt32LE(at) === END) return at;
  }
  throw new Damaged('the directory is missing');
}

/** Russian archivers of old write cp866. */
function nameOf(name: Buffer, isUtf8: boolean): string {
  const text = name.toString('utf8');
  return isUtf8 || !text.includes('\ufffd') ? text : new TextDecoder('ibm866').decode(name);
}
