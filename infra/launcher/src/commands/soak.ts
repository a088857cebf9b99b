// pochtar soak […]: random faults under a load, infra/soak.
import { join } from 'node:path';
import { root } from '../paths.ts';
import { runCommand } from '../run-command.ts';

export async function soak(args: string[]): Promise<number> {
  return runCommand(process.execPath, [join(root, 'infra/soak/src/main.ts'), ...args]);
}
