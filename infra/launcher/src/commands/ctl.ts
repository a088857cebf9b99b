// Every other word is the command line of operators (services/ctl), given its access to the run that is up. It takes
// this process over: a second one would cost another half second, and files are meant from where the operator stands.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findSupervisor } from '../control.ts';
import { accessEnvironment } from '../environment.ts';
import { infrastructurePorts } from '../infrastructure.ts';
import { say } from '../language.ts';
import { root, statePaths } from '../paths.ts';
import { surroundingsOf } from '../surroundings.ts';

/** Ends the process itself, with its own exit status. */
export async function ctl(args: string[]): Promise<number> {
  const paths = statePaths();
  const ports = infrastructurePorts(paths);
  const main = join(root, 'services/ctl/src/main.ts');
  const isHelp = args.some((word) => ['help', '--help', '-h'].includes(word));
  if (!isHelp && (!ports || !(await findSupervisor(paths)))) {
    throw new Error(say('Pochtar не работает: ./pochtar up', 'Pochtar is not up: ./pochtar up'));
  }
  Object.assign(process.env, accessEnvironment(surroundingsOf(paths), 'ctl'));
  process.argv.splice(1, Infinity, main, ...args);
  await import(pathToFileURL(main).href);
  return 0;
}
