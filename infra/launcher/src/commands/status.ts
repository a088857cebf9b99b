// pochtar status [--json]: every process, its state, and what keeps it from being ready.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { askSupervisor } from '../control.ts';
import { say } from '../language.ts';
import { type StatePaths, statePaths } from '../paths.ts';
import { askReadiness, readRunFacts } from '../program-process.ts';
import type { ProcessReport } from '../supervised.ts';

interface ProcessStatus extends ProcessReport {
  ready: boolean;
  /** http://host:port of /healthz, /readyz and /metrics; null for infrastructure. */
  health: string | null;
  faults: Record<string, string>;
}

/** 0: all ready; 1: not all; 3: not up. */
export async function status(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false } } });
  const paths = statePaths();
  const reply = await askSupervisor(paths, { command: 'status' });
  const processes = await Promise.all((reply?.processes ?? []).map((report) => withHealth(report, paths)));
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ up: reply !== undefined, processes }, null, 2)}\n`);
  } else if (reply) {
    process.stdout.write(`${processes.map(line).join('\n')}\n`);
  } else {
    process.stdout.write(`${say('Pochtar не работает: ./pochtar up', 'Pochtar is not up: ./pochtar up')}\n`);
  }
  if (!reply) return 3;
  return processes.every((one) => one.ready || one.state === 'done') ? 0 : 1;
}

async function withHealth(report: ProcessReport, paths: StatePaths): Promise<ProcessStatus> {
  const facts = report.pid === null ? undefined : readRunFacts(join(paths.run, `${report.name}.json`));
  if (!facts) return { ...report, ready: report.state === 'ready', health: null, faults: {} };
  const readiness = (await askReadiness(facts.health)) ?? { ready: false, faults: { health: 'no answer' } };
  return { ...report, health: facts.health, ...readiness };
}

function line(one: ProcessStatus): string {
  const state = one.state === 'ready' && !one.ready ? 'unready' : one.state;
  const pid = one.pid === null ? '' : `pid ${one.pid}`;
  const restarts =
    one.restarts > 0 ? `${one.restarts} ${say('перезапусков', 'restarts')}, ${one.lastEnd}` : '';
  const faults = Object.entries(one.faults).map(([part, why]) => `\n    ${part}: ${why}`);
  return (
    `${one.name.padEnd(18)} ${state.padEnd(9)} ${pid.padEnd(12)} ${restarts}`.trimEnd() + faults.join('')
  );
}
