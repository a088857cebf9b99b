// The pages of the web console: built from their sources where that has not been done, as after a checkout or a change.
// A release and the image bring them built.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { say } from './language.ts';
import { root } from './paths.ts';

const consoleFolder = join(root, 'services/console');
const built = join(consoleFolder, 'dist');
const stamp = 'built-from.txt';
const TIMEOUT_MS = 300_000;

/** Builds what is not built from the sources that are there. Throws with what the builder said. */
export async function buildPages(tell: (line: string) => void): Promise<void> {
  const sources = join(consoleFolder, 'web');
  if (!existsSync(join(sources, 'src'))) return;
  const wanted = fingerprint();
  if (readStamp() === wanted) return openToRead(built);
  tell(say('Собираю страницы консоли…', 'Building the pages of the console…'));
  const fresh = `${built}.${process.pid}`;
  await vite(['build', 'web', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn']);
  writeFileSync(join(fresh, stamp), wanted);
  openToRead(fresh);
  replace(fresh);
}

/** Whatever the umask of whoever built them: pages are no secret, and the console does not run as root. */
export function openToRead(directory: string): void {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  for (const path of [directory, ...names.map((name) => join(directory, name))]) {
    const found = statSync(path);
    const wanted = found.mode | (found.isDirectory() ? 0o555 : 0o444);
    if (wanted !== found.mode) chmodSync(path, wanted);
  }
}

function readStamp(): string | null {
  try {
    return readFileSync(join(built, stamp), 'utf8');
  } catch {
    return null;
  }
}

/** Over everything that the pages are made of. */
function fingerprint(): string {
  const hash = createHash('sha256');
  for (const folder of ['services/console/web', 'libs/settings/src/forms']) {
    for (const file of filesOf(join(root, folder))) hash.update(`${file}\n`).update(readFileSync(file));
  }
  return hash.update(readFileSync(join(root, 'pnpm-lock.yaml'))).digest('hex');
}

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function vite(words: string[]): Promise<void> {
  const program = join(consoleFolder, 'node_modules/vite/bin/vite.js');
  const child = spawn(process.execPath, [program, ...words], {
    cwd: consoleFolder,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0)
    throw new Error(`the pages of the console cannot be built:\n${Buffer.concat(chunks).toString()}`);
}

/** Two that build at once each have the same; the later one's is kept. */
function replace(fresh: string): void {
  const old = `${fresh}.old`;
  try {
    renameSync(built, old);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  try {
    renameSync(fresh, built);
  } catch (error) {
    // Somebody else's has just taken the place.
    if (!existsSync(join(built, stamp))) throw error;
    rmSync(fresh, { recursive: true, force: true });
  }
  rmSync(old, { recursive: true, force: true });
}
