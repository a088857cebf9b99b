// What programs are made of is compiled once before any of them starts, and kept in the cache that they share. Left to
// themselves ten programs compile the same thousand files at once, and write them at once when they end: at a first
// `down` that took longer than they are given to end. And each keeps the 17 MiB of what strips types, for one file's sake.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { serviceCommand } from '@pochtar/native';
import { writeWhole } from '@pochtar/runtime';
import { programCache, type Surroundings } from './environment.ts';
import { root } from './paths.ts';
import type { ProcessEntry } from './process-table.ts';

/** Programs start without it then. */
const timeoutMs = 60_000;

/** What a program loads beside its service. */
const runtime = 'libs/runtime/src/start-telemetry.ts';

/** Done again where the cache is gone, and for other code or packages or another Node. */
export async function compileAhead(table: ProcessEntry[], surroundings: Surroundings): Promise<void> {
  const { user } = surroundings;
  const directory = programCache(surroundings);
  // Beside it: what lies in it may be the programs' own.
  const stamp = join(dirname(directory), `.${basename(directory)}-compiled`);
  const packages = textOf(join(root, 'node_modules/.pochtar-installed'));
  const wanted = `${process.version} ${packages} ${newestSource()} ${directory}`;
  if (hasEntries(directory) && textOf(stamp) === wanted) return;
  const programs = new Set(table.filter((entry) => !entry.once).map(({ program }) => program));
  const files = [
    join(root, runtime),
    ...[...programs].flatMap((program) =>
      ['service.ts', 'main.ts'].map((file) => join(root, program, 'src', file)),
    ),
  ].filter((file) => existsSync(file));
  const compiler = join(import.meta.dirname, 'compile-files.ts');
  const { command, args } = serviceCommand(process.execPath, [compiler, ...files], {
    ...{ deathSignal: 'KILL', user, listens: false },
    // Node writes nothing, and says nothing, where it cannot reach its cache.
    paths: [compiler, ...files, join(root, 'node_modules'), directory],
  });
  const environment = { PATH: process.env['PATH'], NODE_COMPILE_CACHE: directory };
  const child = spawn(command, args, { cwd: root, env: environment, stdio: 'ignore', timeout: timeoutMs });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0 && hasEntries(directory)) writeWhole(stamp, wanted);
}

/** When a file of the programs was changed last. */
function newestSource(): number {
  const folders = ['libs', 'services'].flatMap((area) =>
    readdirSync(join(root, area)).map((name) => join(root, area, name, 'src')),
  );
  const files = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((file) => file.endsWith('.ts'));
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

function hasEntries(directory: string): boolean {
  return existsSync(directory) && readdirSync(directory).length > 0;
}

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
