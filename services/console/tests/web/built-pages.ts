// The pages as they are delivered, built once for the tests of a file into a folder of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';

export interface BuiltPages extends AsyncDisposable {
  directory: string;
}

export async function buildPages(): Promise<BuiltPages> {
  const directory = await mkdtemp(join(tmpdir(), 'pochtar-pages-'));
  const configFile = join(import.meta.dirname, '../../web/vite.config.ts');
  // A build under the test runner would be React's for development.
  const mode = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  await build({ configFile, logLevel: 'error', build: { outDir: directory } });
  process.env.NODE_ENV = mode;
  return {
    directory,
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true, force: true });
    },
  };
}
