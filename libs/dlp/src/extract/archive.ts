// Archives: every file in them is read as if it were attached.
import { gunzipSync } from 'node:zlib';
import { Damaged, type FoundFile, type Into, LimitReached } from './extraction.ts';
import { inflated, most, unzip, zipEntries } from './zip.ts';

export async function readZip({ bytes }: FoundFile, into: Into): Promise<void> {
  for (const entry of zipEntries(bytes)) {
    // A folder.
    if (entry.name.endsWith('/') && entry.compressed === 0) continue;
    const file = unzip(bytes, entry, into);
    if (file !== null) await into.file({ name: entry.name, bytes: file });
  }
}

export async function readGzip({ name, bytes }: FoundFile, into: Into): Promise<void> {
  const file = gunzip(bytes, into);
  await into.file({ name: name.replace(/\.gz$/i, '').replace(/\.tgz$/i, '.tar'), bytes: file });
}

function gunzip(bytes: Buffer, into: Into): Buffer {
  try {
    return inflated(() => gunzipSync(bytes, most(into)), into);
  } catch (error) {
    if (error instanceof LimitReached) throw error;
    throw new Damaged('not gzip', { cause: error });
  }
}

const BLOCK = 512;
/** A regular file; everything else (folders, links, long names) has no content to read, or is one of ours to skip. */
const REGULAR = new Set(['0', '\0', '7']);

/** POSIX ustar: blocks of 512 octets, a header before each file. */
export async function readTar({ bytes }: FoundFile, into: Into): Promise<void> {
  let at = 0;
  while (at + BLOCK <= bytes.length && bytes[at] !== 0) {
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 135).trim() || '0', 8);
    if (!Number.isSafeInteger(size) || size < 0) throw new Damaged('a size is none');
    const start = at + BLOCK;
    if (start + size > bytes.length) throw new Damaged('it ends too early');
    const name = bytes.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
    const isFile = REGULAR.has(bytes.toString('latin1', at + 156, at + 157));
    if (isFile && size > 0) await into.file({ name, bytes: bytes.subarray(start, start + size) });
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}
