// pochtar bench […]: the measurements of infra/bench; each says itself what it starts.
import { join } from 'node:path';
import { root } from '../paths.ts';
import { runCommand } from '../run-command.ts';

export async function bench(args: string[]): Promise<number> {
  return runCommand(process.execPath, [join(root, 'infra/bench/src/main.ts'), ...args]);
}
