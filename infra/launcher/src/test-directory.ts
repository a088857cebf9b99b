// Where tests keep what they keep for moments: in memory, where the machine has plenty. Each of some hundred databases is
// four hundred small files; making these takes a disk longer than all that is tested with them.
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';
const GIB = 1024 ** 3;
/** What a run has there at most is a quarter of it. */
const least = { free: 3 * GIB, available: 6 * GIB };
const name = /^pochtar-(\d+)-/;

export interface Machine {
  /** /proc/mounts */
  mounts: string;
  /** Octets: free there, and available to programs. */
  free: number;
  available: number;
}

/** A tmpfs from which programs may be started, with room, on a machine that can spare it. */
export function hasRoomInMemory({ mounts, free, available }: Machine): boolean {
  const [, , type, options = ''] =
    mounts
      .split('\n')
      .map((line) => line.split(' '))
      .find(([, at]) => at === memory) ?? [];
  const isOpen = !options.split(',').some((option) => ['ro', 'noexec', 'nosuid'].includes(option));
  return type === 'tmpfs' && isOpen && free >= least.free && available >= least.available;
}

/** The directory for TMPDIR, removed when disposed of; undefined where the usual one is to be kept. */
export function testDirectory(): ({ path: string } & Disposable) | undefined {
  if (process.env['TMPDIR'] || !hasRoomInMemory(thisMachine())) return undefined;
  removeAbandoned();
  const path = mkdtempSync(join(memory, `pochtar-${process.pid}-`));
  // As /tmp is: servers of tests run as users of their own.
  chmodSync(path, 0o1777);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

function thisMachine(): Machine {
  try {
    const { bavail, bsize } = statfsSync(memory);
    return { mounts: readFileSync('/proc/mounts', 'utf8'), free: bavail * bsize, available: freemem() };
  } catch {
    return { mounts: '', free: 0, available: 0 };
  }
}

/** A run that was killed leaves its own behind. */
function removeAbandoned(): void {
  for (const entry of readdirSync(memory)) {
    const pid = name.exec(entry)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) removeOrTell(join(memory, entry));
  }
}

/** Small disks of its faults may still be mounted there: that is no reason not to begin. */
function removeOrTell(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    process.stderr.write(`pochtar: ${path} of a run that was killed is left: ${String(error)}\n`);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
