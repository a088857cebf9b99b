// What a supervisor that was killed may have left: its children end by themselves, but some take seconds. The next
// start waits for them, so that no two of them use one directory or fight for a port.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@pochtar/native';
import type { StatePaths } from './paths.ts';

const programsMs = 25_000;
const serversMs = 60_000;

/** Waits until nothing of the previous run lives; own programs that take too long are killed. */
export async function previousRunGone(paths: StatePaths): Promise<void> {
  const programs = ownProgramPids(paths);
  const isGone = (): boolean => programs.every((pid) => !commandLine(pid).includes('/services/'));
  await until('the processes of the previous run end', isGone, { timeoutMs: programsMs }).catch(() => {
    for (const pid of programs) if (commandLine(pid).includes('/services/')) process.kill(pid, 'SIGKILL');
  });
  // Postgres and NATS write to disk: they are never killed here, they are waited for.
  for (const [file, name] of [
    [join(paths.postgres, 'postmaster.pid'), 'postgres'],
    [join(paths.nats, 'nats.pid'), 'nats-server'],
  ] as const) {
    await until(`the ${name} of the previous run ends`, () => !isRunning(file, name), {
      timeoutMs: serversMs,
    });
  }
}

function ownProgramPids(paths: StatePaths): number[] {
  if (!existsSync(paths.run)) return [];
  return readdirSync(paths.run)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const facts = JSON.parse(readOr(join(paths.run, name), '{}')) as { pid?: number; health?: string };
      return facts.pid && facts.health ? [facts.pid] : [];
    });
}

function isRunning(pidFile: string, name: string): boolean {
  const pid = Number(readOr(pidFile, '').split('\n')[0]);
  return pid > 0 && commandLine(pid).includes(name);
}

/** Empty when there is no such process. */
function commandLine(pid: number): string {
  return readOr(`/proc/${pid}/cmdline`, '').replaceAll('\0', ' ');
}

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return fallback;
  }
}
