// Postgres and NATS of the native run as supervised processes. Their ports are chosen at each start (the one they
// had before when it is free) and are nobody's business but ours.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  isPortFree,
  provisionDatabase,
  readSecret,
  Refusal,
  reservePort,
  startNats,
  startPostgres,
} from '@pochtar/native';
import type { Secrets, ServerProcess } from '@pochtar/native';
import { processIdentity, readFacts, writeWhole } from '@pochtar/runtime';
import { installationState } from './installation-state.ts';
import { LogFile } from './log-file.ts';
import { messageOf } from './message-of.ts';
import type { StatePaths } from './paths.ts';
import { nameHolders } from './port-holders.ts';
import type { Running } from './supervised.ts';
import type { SupervisorEntry } from './supervisor.ts';

export interface InfrastructurePorts {
  postgres: number;
  nats: number;
}

export const database = 'pochtar';
/** ip_local_port_range of Linux begins here. */
const firstEphemeralPort = 32_768;

/** The ports of the run that is up, or of the last one, where they are known. */
export function infrastructurePorts(paths: StatePaths): InfrastructurePorts | undefined {
  return readFacts(join(paths.run, 'infrastructure.json'), ({ postgres, nats }) =>
    isPort(postgres) && isPort(nats) ? { postgres, nats } : undefined,
  );
}

/** Chooses this run's ports and writes them down for the other commands. */
export async function chooseInfrastructurePorts(paths: StatePaths): Promise<InfrastructurePorts> {
  const before = infrastructurePorts(paths);
  const ports = {
    postgres: await reserveFreePort(25_432, before?.postgres),
    nats: await reserveFreePort(24_222, before?.nats),
  };
  writeWhole(join(paths.run, 'infrastructure.json'), JSON.stringify(ports));
  return ports;
}

// Reserved for the life of this process: an installation that starts at the same time takes another one. Below the ports
// that the kernel gives to outgoing connections, which may hold one of these at any moment.
async function reserveFreePort(first: number, before?: number): Promise<number> {
  if (before && before < firstEphemeralPort && (await take(before))) return before;
  for (let port = first; port < firstEphemeralPort; port++) if (await take(port)) return port;
  throw new Error(`no free port from ${first} on`);
}

async function take(port: number): Promise<boolean> {
  return (await isPortFree(port)) && (await reservePort(port)) !== undefined;
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
  // At every start of the server: its directory may have gone while everything ran.
  installationState(paths);
  const server = await startPostgres({
    dataDir: paths.postgres,
    port,
    superuserPassword: readSecret(secrets.superuserPasswordFile),
    log: (chunk) => log.write(chunk),
  }).catch(async (error: unknown) => {
    throw await explained(error, port);
  });
  try {
    await provisionDatabase(server, database, readSecret(secrets.postgresPasswordFile('owner')));
  } catch (error) {
    await server.stop();
    throw error;
  }
  return running(paths, 'postgres', server);
}

async function launchNats(paths: StatePaths, port: number, secrets: Secrets, log: LogFile): Promise<Running> {
  const server = await startNats({
    storeDir: paths.nats,
    port,
    passwordOf: (user) => secrets.natsPassword(user),
    unpackInto: paths.tools,
    log: (chunk) => log.write(chunk),
  }).catch(async (error: unknown) => {
    throw await explained(error, port);
  });
  return running(paths, 'nats', server);
}

/** The next start waits for a server that this one left behind; it finds it by these facts. */
function running(
  paths: StatePaths,
  name: string,
  server: { process: ServerProcess; stop: () => Promise<void> },
): Running {
  const { pid, exited } = server.process;
  const file = join(paths.run, `${name}.json`);
  writeWhole(file, JSON.stringify({ name, pid, identity: processIdentity(pid) }));
  void exited.then(() => rmSync(file, { force: true }));
  return { pid, exited, ready: Promise.resolve(), stop: () => server.stop() };
}

async function explained(error: unknown, port: number): Promise<unknown> {
  if (error instanceof Refusal) return error;
  const holders = await nameHolders('127.0.0.1', port);
  return holders
    ? new Error(`${messageOf(error)}\nport ${port} is held by ${holders}`, { cause: error })
    : error;
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= 65_535;
}
