// What a supervisor that was killed may have left: its children end by themselves, but some take seconds. The next
// start waits for them, so that no two of them use one directory or fight for a port.
import { existsSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hasPostgres, until } from '@pochtar/native';
import { isSameProcess, readFacts } from '@pochtar/runtime';
import type { StatePaths } from './paths.ts';

const programsMs = 25_000;
const serversMs = 60_000;

interface Leftover {
  file: string;
  name: string;
  pid: number;
  identity: string;
  /** One of our own programs; the others write to disk and are never killed here. */
  isProgram: boolean;
}

/** Waits until nothing of the previous run lives; own programs that take too long are killed. */
export async function previousRunGone(paths: StatePaths): Promise<void> {
  const left = leftovers(paths);
  const programs = left.filter((one) => one.isProgram);
  const isGone = (): boolean => !programs.some(lives);
  await until('the processes of the previous run end', isGone, { timeoutMs: programsMs }).catch(() => {
    // Looked at once more for each: a number is signalled only while it is the process that was meant.
    for (const program of programs) if (lives(program)) process.kill(program.pid, 'SIGKILL');
  });
  for (const server of left.filter((one) => !one.isProgram)) {
    await until(`${server.name} of the previous run ends`, () => !lives(server), { timeoutMs: serversMs });
  }
  await until('Postgres of the previous run ends', () => !worksOn(paths.postgres), { timeoutMs: serversMs });
  for (const { file } of left) rmSync(file, { force: true });
}

// A file without an identity says nothing: its number may be anybody's by now.
function leftovers(paths: StatePaths): Leftover[] {
  if (!existsSync(paths.run)) return [];
  return readdirSync(paths.run)
    .filter((name) => name.endsWith('.json'))
    .flatMap((entry) => {
      const file = join(paths.run, entry);
      const facts = readFacts(file, ({ name, pid, identity, isProgram, health }) =>
        typeof name === 'string' && typeof pid === 'number' && typeof identity === 'string'
          ? { file, name, pid, identity, isProgram: isProgram === true || typeof health === 'string' }
          : undefined,
      );
      return facts ?? [];
    });
}

function lives({ pid, identity }: Leftover): boolean {
  return isSameProcess(pid, identity);
}

function worksOn(dataDir: string): boolean {
  return existsSync(dataDir) && hasPostgres(realpathSync(dataDir));
}
