// Postgres and NATS of the native run as supervised processes. Their ports are chosen at each start (the one they
// had before when it is free) and are nobody's business but ours.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freePort,
  portHolder,
  provisionDatabase,
  readSecret,
  reservePort,
  startNats,
  startPostgres,
} from '@pochtar/native';
import type { Secrets } from '@pochtar/native';
import { LogFile } from './log-file.ts';
import type { StatePaths } from './paths.ts';
import type { Running } from './supervised.ts';
import type { SupervisorEntry } from './supervisor.ts';

export interface InfrastructurePorts {
  postgres: number;
  nats: number;
}

export const database = 'pochtar';

/** The ports of the run that is up, or of the last one. */
export function infrastructurePorts(paths: StatePaths): InfrastructurePorts | undefined {
  const file = join(paths.run, 'infrastructure.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as InfrastructurePorts) : undefined;
}

/** Chooses this run's ports and writes them down for the other commands. */
export async function chooseInfrastructurePorts(paths: StatePaths): Promise<InfrastructurePorts> {
  const before = infrastructurePorts(paths);
  const ports = {
    postgres: await reserveFreePort(before?.postgres ?? 54_320),
    nats: await reserveFreePort(before?.nats ?? 42_220),
  };
  writeFileSync(join(paths.run, 'infrastructure.json'), JSON.stringify(ports));
  return ports;
}

// Reserved for the life of this process: an installation that starts at the same time takes another one.
async function reserveFreePort(preferred: number): Promise<number> {
  for (let port = await freePort(preferred); ; port = await freePort()) {
    if (await reservePort(port)) return port;
  }
}

/** The two servers as entries that all our processes depend on. */
export function infrastructureEntries(
  paths: StatePaths,
  ports: InfrastructurePorts,
  secrets: Secrets,
): SupervisorEntry[] {
  const postgresLog = new LogFile(join(paths.log, 'postgres.log'));
  const natsLog = new LogFile(join(paths.log, 'nats.log'));
  return [
    {
      name: 'postgres',
      dependsOn: [],
      launch: () => launchPostgres(paths, ports.postgres, secrets, postgresLog),
    },
    { name: 'nats', dependsOn: [], launch: () => launchNats(paths, ports.nats, secrets, natsLog) },
  ];
}

async function launchPostgres(
  paths: StatePaths,
  port: number,
  secrets: Secrets,
  log: LogFile,
): Promise<Running> {
  const server = await startPostgres({
    dataDir: paths.postgres,
    port,
    superuserPassword: readSecret(secrets.superuserPasswordFile),
    log: (chunk) => log.write(chunk),
  }).catch((error: unknown) => {
    throw explained(error, port);
  });
  try {
    await provisionDatabase(server, database, readSecret(secrets.postgresPasswordFile('owner')));
  } catch (error) {
    await server.stop();
    throw error;
  }
  const { pid, exited } = server.process;
  return { pid, exited, ready: Promise.resolve(), stop: () => server.stop() };
}

async function launchNats(paths: StatePaths, port: number, secrets: Secrets, log: LogFile): Promise<Running> {
  const server = await startNats({
    storeDir: paths.nats,
    port,
    passwordOf: (user) => secrets.natsPassword(user),
    unpackInto: paths.tools,
    log: (chunk) => log.write(chunk),
  }).catch((error: unknown) => {
    throw explained(error, port);
  });
  const { pid, exited } = server.process;
  return { pid, exited, ready: Promise.resolve(), stop: () => server.stop() };
}

function explained(error: unknown, port: number): Error {
  const holder = portHolder(port);
  const message = error instanceof Error ? error.message : String(error);
  return new Error(holder ? `${message}\nport ${port} is held by ${holder}` : message, { cause: error });
}
