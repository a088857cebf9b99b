// postmaster.pid after a power cut: it names a process number that some other process may have by now. Postgres then
// takes that one for itself and does not start. Whose it really is shows where the process works: the server and all
// its children work in the data directory.
import { readdirSync, readFileSync, readlinkSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { processIdentity } from '@pochtar/runtime';

/** Whether a Postgres of this machine works in the directory (its real path). */
export function hasPostgres(dataDir: string): boolean {
  return readdirSync('/proc').some(
    (pid) =>
      /^\d+$/.test(pid) &&
      linkOf(`/proc/${pid}/cwd`) === dataDir &&
      basename(linkOf(`/proc/${pid}/exe`)) === 'postgres',
  );
}

/** Puts aside a lock whose number is a stranger's by now. With every other lock Postgres deals itself. */
export function clearStaleLock(dataDir: string): void {
  const lock = join(dataDir, 'postmaster.pid');
  const holder = Number(readOr(lock).split('\n')[0]);
  if (!(holder > 0) || processIdentity(holder) === null || hasPostgres(dataDir)) return;
  renameSync(lock, `${lock}.stale`);
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
