// A real clamd that knows EICAR, for the tests of the antivirus filter.
import { join } from 'node:path';
import { startClamd } from '@pochtar/native';
import type { Clamd } from '@pochtar/native';
import { temporaryDirectory } from './temporary-directory.ts';

/** `await using clamd = await ensureClamd()`; `settings` override lines of clamd.conf. */
export async function ensureClamd(settings: Record<string, string> = {}): Promise<Clamd> {
  const dir = temporaryDirectory();
  const clamd = await startClamd({ dir: join(dir.path, 'clamd'), settings });
  return {
    ...clamd,
    async [Symbol.asyncDispose]() {
      await clamd.stop();
      dir[Symbol.dispose]();
    },
  };
}
