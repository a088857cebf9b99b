// Every document that is made from code is what the code makes of it now. The tests of each say the same; they come late
// in a long run.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Each writes its documents; with --print it says them as JSON, by path. */
export const generators = [
  'libs/bus/reference-main.ts',
  'libs/settings/reference-main.ts',
  'services/console/reference-main.ts',
  'infra/reference/src/main.ts',
];

/** Returns one line for each stale document: `docs/a.md is stale: node libs/a/main.ts writes it`. */
export async function staleDocuments(
  root: string,
  programs: readonly string[] = generators,
): Promise<string[]> {
  const found = await Promise.all(programs.map((program) => staleOf(root, program)));
  return found.flat();
}

async function staleOf(root: string, program: string): Promise<string[]> {
  const made = await promisify(execFile)(process.execPath, [program, '--print'], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  }).then(
    ({ stdout }) => JSON.parse(stdout) as Record<string, string>,
    (error: Error) => error,
  );
  if (made instanceof Error) return [`${program} --print: ${made.message}`];
  return Object.entries(made)
    .filter(([path, text]) => !isFresh(join(root, path), text))
    .map(([path]) => `${path} is stale: node ${program} writes it`);
}

function isFresh(file: string, text: string): boolean {
  if (!existsSync(file)) return false;
  const stored = readFileSync(file, 'utf8');
  return file.endsWith('.json') ? compact(stored) === compact(text) : stored === text;
}

/** How JSON is laid out is the formatter's. */
function compact(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
}
