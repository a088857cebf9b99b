// The pages as they are delivered. They are built once for whatever they are made of, so that several test files, and a
// second run, use the same.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';

export interface BuiltPages extends AsyncDisposable {
  directory: string;
}

const root = join(import.meta.dirname, '../../../..');
const made = join(root, 'var/test-pages');
const sources = ['services/console/web/**/*', 'libs/settings/src/**/*.ts', 'pnpm-lock.yaml'];
const keptForMs = 24 * 3_600_000;

export async function buildPages(): Promise<BuiltPages> {
  const directory = join(made, await digest());
  if (!existsSync(directory)) await buildInto(directory);
  // They stay for whoever comes next.
  return { directory, [Symbol.asyncDispose]: removeOld };
}

async function digest(): Promise<string> {
  const files: string[] = [];
  for await (const file of glob(sources, { cwd: root, exclude: ['**/node_modules/**'] })) files.push(file);
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    if (!(await stat(join(root, file))).isFile()) continue;
    hash.update(`${file}\n`).update(await readFile(join(root, file)));
  }
  return hash.digest('hex').slice(0, 24);
}

async function buildInto(directory: string): Promise<void> {
  const configFile = join(root, 'services/console/web/vite.config.ts');
  const part = `${directory}.${process.pid}.part`;
  // A build under the test runner would be React's for development.
  const mode = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    await mkdir(made, { recursive: true });
    await build({ configFile, logLevel: 'error', build: { outDir: part } });
    // Whoever comes second finds the same pages there already.
    await rename(part, directory).catch(() => undefined);
  } finally {
    if (mode === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = mode;
    await rm(part, { recursive: true, force: true });
  }
}

async function removeOld(): Promise<void> {
  for (const name of await readdir(made)) {
    const one = join(made, name);
    const known = await stat(one).catch(() => null);
    if (known !== null && Date.now() - known.mtimeMs > keptForMs)
      await rm(one, { recursive: true, force: true });
  }
}
