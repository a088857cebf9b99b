// pochtar down: stops everything and returns when it is gone.
import { until } from '@pochtar/native';
import { isSameProcess } from '@pochtar/runtime';
import { askSupervisor, findSupervisor } from '../control.ts';
import { say } from '../language.ts';
import { statePaths } from '../paths.ts';

/** Longer than the grace time of every process and of Postgres together. */
const stopTimeoutMs = 120_000;

export async function down(): Promise<number> {
  const paths = statePaths();
  const supervisor = await findSupervisor(paths);
  if (!supervisor) {
    process.stderr.write(`${say('Pochtar не работает.', 'Pochtar is not up.')}\n`);
    return 0;
  }
  await askSupervisor(paths, { command: 'down' });
  const { pid, identity } = supervisor;
  // Its number may be another process's a moment later. One of an older version has not said who it is.
  const isGone = async (): Promise<boolean> =>
    identity === null ? !(await findSupervisor(paths)) : !isSameProcess(pid, identity);
  await until('the supervisor ends', isGone, { timeoutMs: stopTimeoutMs, everyMs: 50 });
  process.stderr.write(`${say('Остановлено.', 'Stopped.')}\n`);
  return 0;
}
