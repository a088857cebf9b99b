// A real S3 store, for the tests of what keeps bodies in one.
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepsAttributes, startSwift } from '@pochtar/native';
import type { Swift } from '@pochtar/native';
import { temporaryDirectory } from './temporary-directory.ts';

/** `await using swift = await ensureSwift()`: Swift without buckets on a disk that is gone afterwards. */
export async function ensureSwift(): Promise<Swift> {
  const dir = temporaryDirectory(await parentOfDisk());
  try {
    const swift = await startSwift({ dir: join(dir.path, 'swift') });
    return {
      ...swift,
      async [Symbol.asyncDispose]() {
        await swift.stop();
        dir[Symbol.dispose]();
      },
    };
  } catch (error) {
    dir[Symbol.dispose]();
    throw error;
  }
}

/** Where temporary files lie may be a file system in memory, without the extended attributes that Swift needs. */
async function parentOfDisk(): Promise<string> {
  const usual = tmpdir();
  if (await keepsAttributes(usual)) return usual;
  const ours = join(import.meta.dirname, '../../../var/test');
  mkdirSync(ours, { recursive: true });
  if (await keepsAttributes(ours)) return ours;
  throw new Error(
    `neither ${usual} nor ${ours} keeps extended attributes: set TMPDIR to a directory on ext4, xfs or btrfs`,
  );
}
