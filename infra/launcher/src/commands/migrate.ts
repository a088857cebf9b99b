// pochtar migrate: brings schema, roles, streams and first settings to this version; against the run that is up,
// or with Postgres and NATS started for it alone.
import { Secrets } from '@pochtar/native';
import { findSupervisor, listenForControl } from '../control.ts';
import { processEnvironment, type Surroundings } from '../environment.ts';
import { writeFirstSettings } from '../first-settings.ts';
import { chooseInfrastructurePorts, infrastructureEntries, infrastructurePorts } from '../infrastructure.ts';
import { previousRunGone } from '../leftovers.ts';
import { listenPorts } from '../listen-ports.ts';
import { makeStateDirectories, root, statePaths } from '../paths.ts';
import { readProcessTable } from '../process-table.ts';
import { runCommand } from '../run-command.ts';
import { Supervisor } from '../supervisor.ts';

export async function migrate(): Promise<number> {
  const paths = statePaths();
  makeStateDirectories(paths);
  const secrets = new Secrets(paths.secrets);
  const ports = infrastructurePorts(paths);
  if (ports && (await findSupervisor(paths))) return run({ paths, secrets, ports });

  await using opened = new AsyncDisposableStack();
  opened.use(await listenForControl(paths, async () => ({ error: 'migrating' })));
  await previousRunGone(paths);
  secrets.ensureAll();
  writeFirstSettings(paths, await listenPorts(paths.ports, { privileged: false }));
  const chosen = await chooseInfrastructurePorts(paths);
  const infrastructure = opened.use(new Supervisor(infrastructureEntries(paths, chosen, secrets)));
  await infrastructure.start();
  return await run({ paths, secrets, ports: chosen });
}

function run(surroundings: Surroundings): Promise<number> {
  const entry = readProcessTable().find((one) => one.once);
  if (!entry) throw new Error('docker-compose.yml has no block that runs once');
  return runCommand(
    process.execPath,
    [`${root}/${entry.program}/src/main.ts`],
    processEnvironment(entry, surroundings),
  );
}
