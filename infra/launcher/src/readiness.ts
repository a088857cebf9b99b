// What is ready and what keeps the rest from it: asked of the processes themselves, and of Postgres and NATS by using
// them. `up` and `status` say what is found here, and nothing else.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Surroundings } from './environment.ts';
import { askNats, askPostgres } from './infrastructure-health.ts';
import { say } from './language.ts';
import { namingHolders } from './port-holders.ts';
import { healthAddress } from './program-facts.ts';
import { askReadiness, type Readiness } from './program-readiness.ts';
import type { ProcessReport } from './supervised.ts';

export interface ProcessStatus extends ProcessReport {
  ready: boolean;
  /** http://host:port of /healthz, /readyz and /metrics; null for infrastructure. */
  health: string | null;
  faults: Record<string, string>;
  /** The reasons of those faults that are given in both languages. */
  words?: Readiness['words'];
}

type Faults = Record<string, string>;

/** A process that has started, and stays unready for the same time, waits for a person. */
const stuckMs = 15_000;
/** One that ended this often will not become ready by itself. */
export const hopelessRestarts = 5;
const lookEveryMs = 500;

export function processStatuses(
  reports: ProcessReport[],
  surroundings: Surroundings,
): Promise<ProcessStatus[]> {
  return Promise.all(reports.map((report) => statusOf(report, surroundings)));
}

export function isWell(status: ProcessStatus): boolean {
  return status.ready || status.state === 'done';
}

async function statusOf(report: ProcessReport, surroundings: Surroundings): Promise<ProcessStatus> {
  const asked = infrastructure[report.name];
  if (asked) {
    const faults = report.state === 'ready' ? await asked(surroundings) : endOf(report);
    return { ...report, ready: report.state === 'ready' && isEmpty(faults), health: null, faults };
  }
  const record = join(surroundings.paths.run, `${report.name}.json`);
  const health = report.pid === null ? undefined : healthAddress(record);
  if (!health) return { ...report, ready: false, health: null, faults: endOf(report) };
  const readiness = (await askReadiness(health)) ?? { ready: false, faults: { health: 'no answer' } };
  return { ...report, health, ...(surroundings.user ? await namingHolders(readiness) : readiness) };
}

const infrastructure: Record<string, (surroundings: Surroundings) => Promise<Faults>> = {
  postgres: askPostgres,
  nats: askNats,
};

function endOf({ state, lastEnd }: ProcessReport): Faults {
  return lastEnd !== null && (state === 'pausing' || state === 'failed') ? { ended: lastEnd } : {};
}

function isEmpty(faults: Faults): boolean {
  return Object.keys(faults).length === 0;
}

/** Resolves when all are ready, or when those that are not wait for a person. Answers these. */
export async function whenSettled(
  reports: () => ProcessReport[],
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<ProcessStatus[]> {
  let stuckSince = new Map<string, number>();
  for (;;) {
    const unready = (await processStatuses(reports(), surroundings)).filter((one) => !isWell(one));
    const now = performance.now();
    const known = stuckSince;
    stuckSince = new Map(unready.filter(hasStarted).map(({ name }) => [name, known.get(name) ?? now]));
    const isStuck = ({ name }: ProcessStatus): boolean => now - (stuckSince.get(name) ?? now) >= stuckMs;
    if (signal.aborted || unready.every(isStuck)) return unready;
    await delay(lookEveryMs, undefined, { signal }).catch(() => {});
  }
}

/** It has opened what it needs and is unready all the same, or it has ended too often to be waited for. */
function hasStarted({ state, faults, restarts }: ProcessStatus): boolean {
  if (state === 'failed' || restarts >= hopelessRestarts) return true;
  return !isEmpty(faults) && !('start' in faults) && !('health' in faults) && !('ended' in faults);
}

/** One line a process, and one below it for each thing that keeps it from being ready. */
export function statusLine(one: ProcessStatus, restartsWord: string): string {
  const isUp = one.state === 'ready' || (one.state === 'starting' && hasStarted(one));
  const state = isUp && !one.ready ? 'unready' : one.state;
  const pid = one.pid === null ? '' : `pid ${one.pid}`;
  const restarts = one.restarts > 0 ? `${one.restarts} ${restartsWord}, ${one.lastEnd}` : '';
  const faults = Object.entries(one.faults).map(([part, why]) => {
    const words = one.words?.[part];
    return `\n    ${part}: ${words === undefined ? why : say(words.ru, words.en)}`;
  });
  return (
    `${one.name.padEnd(18)} ${state.padEnd(9)} ${pid.padEnd(12)} ${restarts}`.trimEnd() + faults.join('')
  );
}
