// pochtar migrate: brings schema, roles, streams and first settings to this version; against the run that is up,
// or with Postgres and NATS started for it alone.
import { Secrets } from '@pochtar/native';
import { findSupervisor } from '../control.ts';
import { processEnvironment, type Surroundings } from '../environment.ts';
import { chooseFirstLogins } from '../first-logins.ts';
import { writeFirstSettings } from '../first-settings.ts';
import { installationState } from '../installation-state.ts';
import { listenPorts } from '../listen-ports.ts';
import { root, statePaths } from '../paths.ts';
import { readProcessTable } from '../process-table.ts';
import { runCommand } from '../run-command.ts';
import { surroundingsOf } from '../surroundings.ts';
import { withInfrastructure } from '../with-infrastructure.ts';

export async function migrate(): Promise<number> {
  const paths = statePaths();
  if (await findSupervisor(paths)) return run(surroundingsOf(paths));
  const isNew = installationState(paths) === 'new';
  const secrets = new Secrets(paths.secrets);
  secrets.check({ isNew });
  const prepare = async (): Promise<void> => {
    secrets.ensureAll({ isNew });
    if (!isNew) return;
    chooseFirstLogins(paths, { demo: true });
    writeFirstSettings(paths, await listenPorts(paths.ports, { privileged: false }));
  };
  return withInfrastructure(paths, prepare, run);
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
