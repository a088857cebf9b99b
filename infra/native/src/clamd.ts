// A real clamd for tests: Debian's clamav-daemon with a hand-made signature database that knows EICAR only, so
// that it is up in half a second and needs no download of virus definitions.
import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { until } from './deadline.ts';
import { ensureProgram } from './debian-package.ts';
import { freePort } from './ports.ts';
import { giveToServerUser } from './ownership.ts';
import { startServer } from './server-process.ts';

export interface Clamd extends AsyncDisposable {
  host: string;
  port: number;
  /** host:port */
  address: string;
  /** Path of its Unix socket. */
  socket: string;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

// The 68-byte test file of eicar.org in two halves, so that no scanner takes this source file for the virus.
export const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

/** Starts clamd on a free TCP port and a Unix socket in `dir`, which is made when missing. */
export async function startClamd(options: {
  dir: string;
  port?: number;
  /** Lines for clamd.conf that override ours, e.g. `StreamMaxLength 1M`. */
  settings?: Record<string, string>;
}): Promise<Clamd> {
  const host = '127.0.0.1';
  const port = options.port ?? (await freePort());
  mkdirSync(options.dir, { recursive: true });
  const dir = realpathSync(options.dir);
  const database = join(dir, 'database');
  mkdirSync(database, { recursive: true });
  const signature = join(database, 'eicar.ndb');
  writeFileSync(signature, `Eicar-Signature:0:*:${Buffer.from(eicar, 'latin1').toString('hex')}\n`);
  const socket = join(dir, 'clamd.sock');
  rmSync(socket, { force: true });
  const configFile = join(dir, 'clamd.conf');
  const settings = {
    DatabaseDirectory: database,
    LocalSocket: socket,
    TCPSocket: String(port),
    TCPAddr: host,
    Foreground: 'yes',
    TemporaryDirectory: dir,
    // Without these two clamd answers OK to what it did not look at.
    AlertExceedsMax: 'yes',
    AlertEncrypted: 'yes',
    ConcurrentDatabaseReload: 'no',
    ...options.settings,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  writeFileSync(configFile, lines.join(''));
  for (const path of [dir, database, signature, configFile]) giveToServerUser(path);

  const program = await ensureProgram({ name: 'clamd', debianPackage: 'clamav-daemon' });
  const server = await startServer({
    name: 'clamd',
    command: program.path,
    args: ['-c', configFile],
    paths: [configFile],
    env: { PATH: process.env['PATH'], ...(program.libraryPath && { LD_LIBRARY_PATH: program.libraryPath }) },
  });
  try {
    const answers = until('clamd answers PING', () => pong(host, port), { timeoutMs: 30_000 });
    await server.whileRunning(answers);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const stop = (): Promise<void> => server.stop();
  const address = `${host}:${port}`;
  return { host, port, address, socket, stop, kill: () => server.kill(), [Symbol.asyncDispose]: stop };
}

function pong(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => socket.write('zPING\0'));
    const finish = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.setTimeout(2_000, () => finish(false));
    socket.on('error', () => finish(false));
    socket.on('data', (chunk: Buffer) => finish(chunk.toString('latin1').startsWith('PONG')));
  });
}
