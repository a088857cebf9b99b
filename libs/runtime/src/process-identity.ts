// Which process a number means. The kernel gives numbers again, after a reboot at once: whoever finds one in a file
// waits for, or signals, the process only when it is the one that was meant.
import { readFileSync } from 'node:fs';

/**
 * What tells a process from every other that has had or will have its number: the boot of the machine and the start of
 * the process in clock ticks since then. Null when there is no such process.
 */
export function processIdentity(pid: number): string | null {
  const stat = readOr(`/proc/${pid}/stat`);
  // proc_pid_stat(5): the name in brackets may contain anything; behind it the third field follows. 22 is the start.
  const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return start === undefined ? null : `${readOr('/proc/sys/kernel/random/boot_id').trim()} ${start}`;
}

/** Whether the process that was `pid` when its identity was written down lives. Without an identity nobody knows: no. */
export function isSameProcess(pid: number, identity: string | null | undefined): boolean {
  return typeof identity === 'string' && processIdentity(pid) === identity;
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
