// pochtar status [--json]: every process, its state, and what keeps it from being ready.
import { parseArgs } from 'node:util';
import { say } from '../language.ts';
import { isWell, statusLine } from '../readiness.ts';
import { runStatus } from '../run-status.ts';

/** 0: all ready; 1: not all; 3: not up. */
export async function status(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false } } });
  const { up, processes } = await runStatus();
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ up, processes }, null, 2)}\n`);
  } else if (up) {
    const restarts = say('перезапусков', 'restarts');
    process.stdout.write(`${processes.map((one) => statusLine(one, restarts)).join('\n')}\n`);
  } else {
    process.stdout.write(`${say('Pochtar не работает: ./pochtar up', 'Pochtar is not up: ./pochtar up')}\n`);
  }
  if (!up) return 3;
  return processes.every(isWell) ? 0 : 1;
}
