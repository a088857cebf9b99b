// pochtar screens […]: every page of the console in every look, services/console/tests/web.
import { join } from 'node:path';
import { ensureChromium } from '@pochtar/native';
import { root } from '../paths.ts';
import { runCommand } from '../run-command.ts';

export async function screens(args: string[]): Promise<number> {
  await ensureChromium((text) => void process.stderr.write(`pochtar: ${text}\n`));
  return runCommand(process.execPath, [join(root, 'services/console/tests/web/screens.ts'), ...args]);
}
