// A real S3 store for tests: OpenStack Swift with its S3 interface (s3api). Four servers and the
// memcached that its authentication wants, one process each, on free ports of loopback; a directory is their disk.
import { execFile } from 'node:child_process';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from './deadline.ts';
import { freePort } from './ports.ts';
import { giveToServerUser } from './ownership.ts';
import { runAsCommand } from './run-as.ts';
import { startServer } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';
import { swiftConfig } from './swift-config.ts';
import type { SwiftPorts } from './swift-config.ts';
import { ensureSwiftProgram, keepsAttributes } from './swift-program.ts';
import type { SwiftProgram } from './swift-program.ts';

export interface Swift extends AsyncDisposable {
  /** Host name of the S3 interface, which speaks plain HTTP. */
  endpoint: string;
  port: number;
  region: string;
  accessKey: string;
  secretKey: string;
  /** The last words of its servers. */
  tail(): string;
  stop(): Promise<void>;
}

const host = '127.0.0.1';
const kinds = ['account', 'container', 'object', 'proxy'] as const;
const keys = { account: 'test', user: 'tester', secretKey: 'testing' };

/** Starts Swift with its disk in `dir`, which is made when missing; resolves when all its servers answer. */
export async function startSwift(options: { dir: string }): Promise<Swift> {
  const program = await ensureSwiftProgram();
  mkdirSync(join(options.dir, 'node/d1'), { recursive: true });
  const dir = realpathSync(options.dir);
  if (!(await keepsAttributes(dir))) {
    throw new Error(
      `the file system of ${dir} keeps no extended attributes: choose a directory on ext4, xfs or btrfs`,
    );
  }
  for (const path of ['.', 'node', 'node/d1']) giveToServerUser(join(dir, path));
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnFreePorts(program, dir);
    } catch (error) {
      // Between their choice and their use another process may have taken one of the ports.
      if (attempt === 3) throw error;
    }
  }
}

async function startOnFreePorts(program: SwiftProgram, dir: string): Promise<Swift> {
  const ports = await freePorts();
  for (const [name, text] of Object.entries(swiftConfig({ dir, host, ports, ...keys }))) {
    writeFileSync(join(dir, name), text);
  }
  await writeRings(program, dir, ports);
  const servers: ServerProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    servers.push(await startMemcached(program, ports.memcached));
    for (const kind of kinds) servers.push(await startKind(program, dir, kind));
    const allAnswer = Promise.all(kinds.map((kind) => answers(kind, ports[kind])));
    await Promise.all(servers.map((server) => server.whileRunning(allAnswer)));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoint: host,
    port: ports.proxy,
    region: 'us-east-1',
    accessKey: `${keys.account}:${keys.user}`,
    secretKey: keys.secretKey,
    tail: () => servers.map((server) => server.tail()).join(''),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function freePorts(): Promise<SwiftPorts> {
  return {
    account: await freePort(),
    container: await freePort(),
    object: await freePort(),
    proxy: await freePort(),
    memcached: await freePort(),
  };
}

/** The rings tell the proxy on which port and disk everything lies. */
async function writeRings({ python, env }: SwiftProgram, dir: string, ports: SwiftPorts): Promise<void> {
  const script = join(import.meta.dirname, 'swift-rings.py');
  const numbers = [ports.account, ports.container, ports.object].map(String);
  const paths = [script, dir];
  const call = runAsCommand(python, [script, dir, host, ...numbers], { deathSignal: 'KILL', paths });
  await promisify(execFile)(call.command, call.args, { env, cwd: '/', timeout: 30_000 });
}

function startMemcached({ memcached }: SwiftProgram, port: number): Promise<ServerProcess> {
  const { path, libraryPath } = memcached;
  return startServer({
    name: 'memcached',
    command: path,
    args: [`--listen=${host}`, `--port=${port}`],
    env: { PATH: process.env['PATH'], ...(libraryPath && { LD_LIBRARY_PATH: libraryPath }) },
    deathSignal: 'KILL',
  });
}

function startKind(program: SwiftProgram, dir: string, kind: string): Promise<ServerProcess> {
  const script = join(import.meta.dirname, 'swift-server.py');
  return startServer({
    name: `Swift's ${kind}-server`,
    command: program.python,
    args: [script, dir, `${kind}-server`],
    paths: [script, join(dir, 'node')],
    env: program.env,
    deathSignal: 'KILL',
  });
}

function answers(kind: string, port: number): Promise<true> {
  const probe = async (): Promise<boolean> => {
    const answer = await fetch(`http://${host}:${port}/healthcheck`, { signal: AbortSignal.timeout(2_000) });
    return answer.ok && (await answer.text()) === 'OK';
  };
  return until(`Swift's ${kind}-server answers`, probe, { timeoutMs: 30_000 });
}
