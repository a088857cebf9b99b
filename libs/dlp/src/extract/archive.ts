// Archives: every file in them is read as if it were attached.
import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { FoundFile, Into } from './extraction.ts';
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
  const file = inflated(() => gunzipSync(bytes, most(into)), into);
  await into.file({ name: name.replace(/\.gz$/i, '').replace(/\.tgz$/i, '.tar'), bytes: file });
}

/** Of the window that what is unpacked refers to, as a power of two: 8 MB, as much as zstd takes without being asked to. */
const ZSTD_WINDOW = 23;

/** Zstandard, by Node itself. */
export async function readZstd({ name, bytes }: FoundFile, into: Into): Promise<void> {
  const options = { ...most(into), params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW } };
  const file = inflated(() => zstdDecompressSync(bytes, options), into);
  await into.file({ name: name.replace(/\.zst$/i, '').replace(/\.tzst$/i, '.tar'), bytes: file });
}
