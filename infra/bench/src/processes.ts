// CPU seconds and peak memory of process trees, read from /proc.
import { readdirSync, readFileSync } from 'node:fs';

// USER_HZ is 100 on every Linux that Node supports.
const TICKS_PER_SECOND = 100;

export interface Usage {
  cpuSeconds: number;
  /** Sum of the peaks (VmHWM) of the processes of the tree, in MiB. */
  peakMiB: number;
}

interface Stat {
  parent: number;
  /** Own time and that of children that ended. */
  ticks: number;
}

/** A named root process: an own one, the Postgres postmaster (its backends count with it), nats-server. */
export interface Root {
  name: string;
  pid: number;
}

/** Usage of every root with its descendants. A root that is gone is left out. */
export function measure(roots: Root[]): Map<string, Usage> {
  const stats = readStats();
  const usage = new Map<string, Usage>();
  for (const root of roots) {
    if (!stats.has(root.pid)) continue;
    const known = usage.get(root.name) ?? { cpuSeconds: 0, peakMiB: 0 };
    for (const pid of treeOf(root.pid, stats)) {
      known.cpuSeconds += (stats.get(pid)?.ticks ?? 0) / TICKS_PER_SECOND;
      known.peakMiB += peakMiB(pid);
    }
    usage.set(root.name, known);
  }
  return usage;
}

/** The pids of these processes and of all their descendants, parents first. */
export function treesOf(pids: readonly number[]): number[] {
  const stats = readStats();
  return pids.flatMap((pid) => treeOf(pid, stats));
}

function readStats(): Map<number, Stat> {
  const stats = new Map<number, Stat>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const text = readOrNull(`/proc/${entry}/stat`);
    // proc(5): the command name stands in parentheses and may hold spaces; the fields follow the last one.
    const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
    if (fields === undefined) continue;
    const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number) as [
      number,
      number,
      number,
      number,
    ];
    stats.set(Number(entry), { parent: Number(fields[1]), ticks: user + system + childUser + childSystem });
  }
  return stats;
}

function treeOf(root: number, stats: Map<number, Stat>): number[] {
  const tree = [root];
  for (let index = 0; index < tree.length; index++) {
    for (const [pid, stat] of stats) if (stat.parent === tree[index]) tree.push(pid);
  }
  return tree;
}

// A process may end between two reads of /proc: it is left out then.
function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return null;
  }
}

/** Of one process, now. */
export function rssMiB(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readOrNull(`/proc/${pid}/status`) ?? '');
  return match ? Number(match[1]) / 1024 : 0;
}

/** Of one process, with its share of what it has in common with others (PSS). */
export function pssMiB(pid: number): number {
  const match = /^Pss:\s+(\d+) kB/m.exec(readOrNull(`/proc/${pid}/smaps_rollup`) ?? '');
  return match ? Number(match[1]) / 1024 : 0;
}

function peakMiB(pid: number): number {
  const match = /^VmHWM:\s+(\d+) kB/m.exec(readOrNull(`/proc/${pid}/status`) ?? '');
  return match ? Number(match[1]) / 1024 : 0;
}
