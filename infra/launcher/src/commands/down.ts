// pochtar down: stops everything and returns when it is gone.
import { until } from '@pochtar/native';
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
  const isGone = (): boolean => !isAlive(supervisor.pid);
  await until('the supervisor ends', isGone, { timeoutMs: stopTimeoutMs, everyMs: 50 });
  process.stderr.write(`${say('Остановлено.', 'Stopped.')}\n`);
  return 0;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
