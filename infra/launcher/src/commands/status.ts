// pochtar status [--json]: every process, its state, and what keeps it from being ready.
import { parseArgs } from 'node:util';
import { askSupervisor } from '../control.ts';
import { say } from '../language.ts';
import { statePaths } from '../paths.ts';
import { isWell, processStatuses, statusLine } from '../readiness.ts';
import { surroundingsOf } from '../surroundings.ts';

/** 0: all ready; 1: not all; 3: not up. */
export async function status(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false } } });
  const paths = statePaths();
  const reply = await askSupervisor(paths, { command: 'status' });
  const processes = await processStatuses(reply?.processes ?? [], surroundingsOf(paths));
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ up: reply !== undefined, processes }, null, 2)}\n`);
  } else if (reply) {
    const restarts = say('перезапусков', 'restarts');
    process.stdout.write(`${processes.map((one) => statusLine(one, restarts)).join('\n')}\n`);
  } else {
    process.stdout.write(`${say('Pochtar не работает: ./pochtar up', 'Pochtar is not up: ./pochtar up')}\n`);
  }
  if (!reply) return 3;
  return processes.every(isWell) ? 0 : 1;
}
