// What is done to the installation in the middle of a load. Each fault is struck once, may be held for a while, and is
// taken back; afterwards everything has to go on by itself.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { treesOf } from '@pochtar/bench/processes';
import { until } from '@pochtar/native';
import type { Rig } from './rig.ts';

export interface Fault {
  /** `kill smtp`, `hang postgres`, `fill mail` … */
  name: string;
  /** From the strike to the end of the fault; the load goes on meanwhile. */
  holdMs: number;
  strike(rig: Rig): Promise<void>;
  /** Called every second while it is held. */
  hold?(rig: Rig): Promise<void>;
  heal?(rig: Rig): Promise<void>;
}

export const FILTERS = [
  'filter-dnsbl',
  'filter-greylist',
  'filter-antivirus',
  'filter-dkim',
  'filter-dlp',
] as const;
export const OWN = [
  'smtp',
  ...FILTERS,
  'delivery',
  'imap',
  'pop3',
  'ldap',
  'hooks',
  'settings',
  'console',
] as const;
export const ALL = [...OWN, 'nats', 'postgres'] as const;

async function pidOf(rig: Rig, name: string): Promise<number> {
  return until(
    `${name} runs`,
    async () => (await rig.processes()).find((one) => one.name === name)?.pid ?? undefined,
    { timeoutMs: 60_000, everyMs: 250 },
  );
}

export function kill(name: string): Fault {
  return {
    name: `kill ${name}`,
    holdMs: 0,
    async strike(rig) {
      process.kill(await pidOf(rig, name), 'SIGKILL');
    },
  };
}

/** SIGSTOP of the processes (of Postgres: the postmaster and all its backends), then SIGCONT. */
export function hang(names: readonly string[], holdMs = 30_000): Fault {
  let stopped: number[] = [];
  return {
    name: `hang ${names.join(', ')}`,
    holdMs,
    async strike(rig) {
      const roots = await rig.instance.roots();
      const meant = roots.filter((root) => names.includes(root.name));
      if (meant.length < names.length) throw new Error(`not all of ${names.join(', ')} run`);
      stopped = treesOf(meant.map(({ pid }) => pid));
      for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    },
    async heal() {
      for (const pid of stopped.toReversed()) resume(pid);
      stopped = [];
    },
  };
}

// A backend may have ended with its client meanwhile.
function resume(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The bus loses its directory: `killed` at once, or only its files under the running server. */
export function wipeBus(how: 'killed' | 'running'): Fault {
  return {
    name: how === 'killed' ? 'wipe nats' : 'wipe nats, running',
    holdMs: 0,
    async strike(rig) {
      const pid = await pidOf(rig, 'nats');
      // The directory itself may be a disk of its own.
      rmSync(join(rig.instance.directory, 'nats', 'jetstream'), { recursive: true, force: true });
      if (how === 'killed') process.kill(pid, 'SIGKILL');
    },
  };
}

/** No room on a disk for a while; what others give back meanwhile is taken as well. */
export function fill(disk: 'mail' | 'postgres' | 'nats', holdMs = 15_000): Fault {
  return {
    name: `fill ${disk}`,
    holdMs,
    strike: async (rig) => rig.disks?.[disk].fill(),
    hold: async (rig) => rig.disks?.[disk].fill(),
    heal: async (rig) => rig.disks?.[disk].empty(),
  };
}

/** The volume takes no new pack, and those who write have none open. */
export function refusePacks(holdMs = 30_000): Fault {
  return {
    name: 'refuse packs',
    holdMs,
    async strike(rig) {
      rig.disks?.mail.useUpNames();
      for (const name of ['delivery', 'smtp', 'imap', 'filter-antivirus'])
        process.kill(await pidOf(rig, name), 'SIGKILL');
      await delay(500);
    },
    hold: async (rig) => rig.disks?.mail.useUpNames(),
    heal: async (rig) => rig.disks?.mail.empty(),
  };
}

/** Strikes, holds and heals; heals also when that fails. */
export async function endure(rig: Rig, fault: Fault): Promise<void> {
  try {
    await fault.strike(rig);
    const end = performance.now() + fault.holdMs;
    while (performance.now() < end) {
      await delay(Math.max(0, Math.min(1000, end - performance.now())));
      await fault.hold?.(rig);
    }
  } finally {
    await fault.heal?.(rig);
  }
}

/** Faults that don't concern each other, begun one after the other every `everyMs`, each for as long as it lasts alone. */
export function staggered(faults: readonly Fault[], everyMs: number): Fault {
  return {
    name: faults.map(({ name }) => name).join(' + '),
    holdMs: 0,
    async strike(rig) {
      const all = faults.map(async (fault, number) => {
        await delay(number * everyMs);
        await endure(rig, fault);
      });
      // Each is healed before the first failure is told.
      await Promise.allSettled(all);
      await Promise.all(all);
    },
  };
}

/** Each fault that this machine can have, once. */
export function everyFault(rig: Rig): Fault[] {
  return [
    ...ALL.map((name) => kill(name)),
    ...ALL.map((name) => hang([name])),
    wipeBus('killed'),
    wipeBus('running'),
    ...(rig.disks === null ? [] : [fill('mail'), fill('postgres'), fill('nats'), refusePacks()]),
  ];
}

/** One of all faults that this machine can have; `random` gives [0, 1). */
export function randomFault(rig: Rig, random: () => number): Fault {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const hold = (): number => 3000 + Math.floor(random() * 27_000);
  const kinds: (() => Fault)[] = [
    () => kill(pick(ALL)),
    () => kill(pick(ALL)),
    () => hang([pick(ALL)], hold()),
    () => hang([pick(ALL)], hold()),
    () => wipeBus(pick(['killed', 'running'] as const)),
  ];
  if (rig.disks !== null) {
    kinds.push(() => fill(pick(['mail', 'postgres', 'nats'] as const), hold()));
    kinds.push(() => refusePacks(hold()));
  }
  return pick(kinds)();
}
