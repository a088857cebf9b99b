// The bus of a native run: writes the configuration beside its store and starts nats-server on 127.0.0.1.
import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { until } from './deadline.ts';
import { ensureProgram } from './debian-package.ts';
import { natsConfig } from './nats-config.ts';
import { freePort } from './ports.ts';
import { giveToServerUser, giveTree } from './ownership.ts';
import { startServer } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';
import { serverUser } from './system-users.ts';

export interface NatsServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** nats://host:port */
  readonly url: string;
  readonly process: ServerProcess;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export interface NatsOptions {
  /** Holds the configuration and the JetStream store; made when missing. */
  storeDir: string;
  port?: number;
  passwordOf: (user: string) => string;
  /** Where a fetched nats-server may be unpacked. */
  unpackInto?: string;
  log?: (chunk: Buffer) => void;
}

/** Starts the server and waits until it greets with JetStream on. */
export async function startNats(options: NatsOptions): Promise<NatsServer> {
  const attempts = options.port === undefined ? 3 : 1;
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    try {
      return await startOnPort(options, port);
    } catch (error) {
      if (attempt >= attempts) throw error;
    }
  }
}

async function startOnPort(options: NatsOptions, port: number): Promise<NatsServer> {
  const host = '127.0.0.1';
  mkdirSync(options.storeDir, { recursive: true, mode: 0o700 });
  const storeDir = realpathSync(options.storeDir);
  giveTree(storeDir, serverUser());
  const configFile = join(storeDir, 'nats.conf');
  const passwordOf = (user: string): string => JSON.stringify(options.passwordOf(user));
  rmSync(configFile, { force: true });
  writeFileSync(
    configFile,
    natsConfig({ host, port, storeDir, passwordOf, pidFile: join(storeDir, 'nats.pid') }),
    { mode: 0o600 },
  );
  giveToServerUser(configFile);
  const program = await ensureProgram({
    name: 'nats-server',
    debianPackage: 'nats-server',
    ...(options.unpackInto && { unpackInto: options.unpackInto }),
  });
  const server = await startServer({
    name: 'nats-server',
    command: program.path,
    args: ['-c', configFile],
    paths: [configFile],
    deathSignal: 'TERM',
    ...(options.log && { log: options.log }),
  });
  try {
    const greets = until('nats-server greets', () => natsGreets(host, port), { timeoutMs: 15_000 });
    await server.whileRunning(greets);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    host,
    port,
    url: `nats://${host}:${port}`,
    process: server,
    stop: () => server.stop(),
    kill: () => server.kill(),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** Whether it greets with JetStream on: it does so only once JetStream has recovered its streams. */
export async function natsGreets(host: string, port: number): Promise<boolean> {
  const info = await natsInfo(host, port);
  return info?.includes('"jetstream":true') ?? false;
}

/** The INFO line with which a server greets; null when none comes. */
export function natsInfo(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let text = '';
    const finish = (info: string | null): void => {
      socket.destroy();
      resolve(info);
    };
    socket.setTimeout(2_000, () => finish(null));
    socket.on('error', () => finish(null));
    socket.on('close', () => finish(null));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.includes('\r\n')) finish(text.startsWith('INFO ') ? text : null);
    });
  });
}
