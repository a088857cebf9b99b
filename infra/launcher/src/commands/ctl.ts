// Every other word is the command line of operators (services/ctl), given its access to the run that is up.
import { join } from 'node:path';
import { findSupervisor } from '../control.ts';
import { accessEnvironment } from '../environment.ts';
import { infrastructurePorts } from '../infrastructure.ts';
import { say } from '../language.ts';
import { root, statePaths } from '../paths.ts';
import { runCommand } from '../run-command.ts';
import { surroundingsOf } from '../surroundings.ts';

export async function ctl(args: string[]): Promise<number> {
  const paths = statePaths();
  const ports = infrastructurePorts(paths);
  const main = join(root, 'services/ctl/src/main.ts');
  const isHelp = args.some((word) => ['help', '--help', '-h'].includes(word));
  if (!isHelp && (!ports || !(await findSupervisor(paths)))) {
    throw new Error(say('Pochtar не работает: ./pochtar up', 'Pochtar is not up: ./pochtar up'));
  }
  const environment = { ...process.env, ...accessEnvironment(surroundingsOf(paths), 'ctl') };
  return runCommand(process.execPath, [main, ...args], environment);
}
