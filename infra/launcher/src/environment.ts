// The environment of a program in the native run: what its block in docker-compose.yml says, and in place of the
// container's addresses and password files those of this machine.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Secrets, SystemUser } from '@pochtar/native';
import { database } from './infrastructure.ts';
import type { InfrastructurePorts } from './infrastructure.ts';
import type { StatePaths } from './paths.ts';
import type { ProcessEntry } from './process-table.ts';

/** Variables of the launcher's own environment that every process gets when they are set. */
const passedOn = [
  'HOME',
  'LANG',
  'LC_ALL',
  'NODE_EXTRA_CA_CERTS',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'PATH',
  'POCHTAR_DNS_SERVERS',
  'POCHTAR_HOOK_NETWORKS',
  'POCHTAR_HOSTNAME',
  'POCHTAR_LOG_LEVEL',
  'POCHTAR_REMOTE_ADDRESSES',
  'POCHTAR_REMOTE_NETWORKS',
  'POCHTAR_TRACE_RATIO',
  'SSL_CERT_FILE',
  'TZ',
];

export interface Surroundings {
  paths: StatePaths;
  ports: InfrastructurePorts;
  secrets: Secrets;
  /** Where the console is to listen, which is no setting; known where processes are started. */
  consolePort?: number;
  /** Whom our own programs run as; absent: the launcher's own user. */
  user?: SystemUser | undefined;
}

/** What every program gets: how to reach Postgres and the bus as its own user. */
export function accessEnvironment(surroundings: Surroundings, user: string): Record<string, string> {
  const { paths, ports, secrets } = surroundings;
  return {
    ...inherited(),
    POCHTAR_POSTGRES_URL: `postgres://pochtar_${user}@127.0.0.1:${ports.postgres}/${database}`,
    POCHTAR_POSTGRES_PASSWORD_FILE: secrets.postgresPasswordFile(user),
    POCHTAR_POSTGRES_DIR: paths.postgres,
    POCHTAR_NATS_URL: `nats://127.0.0.1:${ports.nats}`,
    POCHTAR_NATS_USER: user,
    POCHTAR_NATS_PASSWORD_FILE: secrets.natsPasswordFile(user),
    POCHTAR_SPOOL_DIR: paths.spool,
    POCHTAR_HEALTH_HOST: '127.0.0.1',
    POCHTAR_HEALTH_PORT: '0',
    POCHTAR_VAR: paths.var,
    NODE_COMPILE_CACHE: paths.compileCache,
  };
}

/** What Node keeps of code that programs have had compiled. Root loads what lies in its own, so nobody else writes there. */
export function programCache({ paths, user }: Surroundings): string {
  return user ? paths.programCache : paths.compileCache;
}

/** The whole environment of a process of the table. */
export function processEnvironment(entry: ProcessEntry, surroundings: Surroundings): Record<string, string> {
  const environment = { ...entry.environment };
  for (const name of placeDependent) delete environment[name];
  Object.assign(environment, accessEnvironment(surroundings, entry.user));
  const { secrets, user } = surroundings;
  if (entry.masterKey) environment['POCHTAR_MASTER_KEY_FILE'] = secrets.masterKeyFile;
  if (entry.program === 'services/console' && surroundings.consolePort !== undefined) {
    environment['POCHTAR_CONSOLE_PORT'] = String(surroundings.consolePort);
  }
  if (user && !entry.once) {
    if (entry.masterKey) environment['POCHTAR_MASTER_KEY_FILE'] = secrets.masterKeyCopy(entry.user);
    environment['NODE_COMPILE_CACHE'] = programCache(surroundings);
    delete environment['HOME'];
  }
  if (entry.once) {
    environment['POCHTAR_SECRETS_DIR'] = secrets.directory;
    const first = firstSettingsFile(surroundings.paths);
    if (existsSync(first)) environment['POCHTAR_FIRST_SETTINGS_FILE'] = first;
  }
  return environment;
}

/** Values for the first start of an installation, read by services/migrate. */
export function firstSettingsFile(paths: StatePaths): string {
  return join(paths.var, 'first-settings.json');
}

/** What the containers' blocks say about their place; natively the launcher says it. */
const placeDependent = [
  'POCHTAR_DNS_SERVERS',
  'POCHTAR_FIRST_SETTINGS_FILE',
  'POCHTAR_HOOK_NETWORKS',
  'POCHTAR_HOSTNAME',
  'POCHTAR_MASTER_KEY_FILE',
  'POCHTAR_SECRETS_DIR',
];

function inherited(): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of passedOn) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
