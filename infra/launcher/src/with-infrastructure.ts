// Postgres and NATS up for one command alone, with the lock of the state directory held meanwhile.
import { Secrets } from '@pochtar/native';
import { listenForControl } from './control.ts';
import type { Surroundings } from './environment.ts';
import { chooseInfrastructurePorts, infrastructureEntries } from './infrastructure.ts';
import { previousRunGone } from './leftovers.ts';
import { makeStateDirectories, type StatePaths } from './paths.ts';
import { Supervisor } from './supervisor.ts';

/** `prepare` runs under the lock, before anything is started. */
export async function withInfrastructure<T>(
  paths: StatePaths,
  prepare: () => Promise<void>,
  work: (surroundings: Surroundings) => Promise<T>,
): Promise<T> {
  makeStateDirectories(paths);
  await using opened = new AsyncDisposableStack();
  opened.use(await listenForControl(paths, async () => ({ error: 'one command is at work here' })));
  await previousRunGone(paths);
  await prepare();
  const secrets = new Secrets(paths.secrets);
  const ports = await chooseInfrastructurePorts(paths);
  const infrastructure = opened.use(new Supervisor(infrastructureEntries(paths, ports, secrets)));
  await infrastructure.start();
  // Awaited here: what is opened ends with this function.
  return await work({ paths, secrets, ports });
}
