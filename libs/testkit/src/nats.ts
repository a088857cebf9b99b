// A nats-server of its own for one test file, with the product's users and permissions, which can be stopped,
// killed and wiped for fault tests and keeps its port over restarts.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startNats } from '@pochtar/native';
import type { NatsServer } from '@pochtar/native';
import { temporaryDirectory } from './temporary-directory.ts';

export interface TestNats extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** nats://host:port */
  readonly url: string;
  /** Where its data lies. */
  readonly storeDir: string;
  /** The password of every user. */
  readonly password: string;
  /** A file that holds it, for POCHTAR_NATS_PASSWORD_FILE. */
  readonly passwordFile: string;
  /** The environment with which a program reaches this bus as its user. */
  env(program: string): {
    POCHTAR_NATS_URL: string;
    POCHTAR_NATS_USER: string;
    POCHTAR_NATS_PASSWORD_FILE: string;
  };
  /** Starts it again on the same port, with the data it had. */
  start(): Promise<void>;
  /** Stops it in good order. */
  stop(): Promise<void>;
  /** kill -9 */
  kill(): Promise<void>;
  /** Kills it and removes its data: streams, consumers and messages are gone at the next start(). */
  wipe(): Promise<void>;
}

/** `await using nats = await startTestNats()` */
export async function startTestNats(): Promise<TestNats> {
  const dir = temporaryDirectory();
  const storeDir = join(dir.path, 'nats');
  mkdirSync(storeDir);
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(dir.path, 'nats-password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  // The first start finds the port, later ones keep it, so that clients reconnect to the same address.
  let port: number | undefined;
  const launch = (): Promise<NatsServer> =>
    startNats({ storeDir, passwordOf: () => password, ...(port !== undefined && { port }) });
  let server = await launch();
  port = server.port;
  const { host, url } = server;
  const end = async (): Promise<void> => {
    await server.kill();
    dir[Symbol.dispose]();
  };
  return {
    host,
    storeDir,
    port,
    url,
    password,
    passwordFile,
    env: (program) => ({
      POCHTAR_NATS_URL: url,
      POCHTAR_NATS_USER: program,
      POCHTAR_NATS_PASSWORD_FILE: passwordFile,
    }),
    async start() {
      if (!server.process.isRunning) server = await launch();
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    async wipe() {
      await server.kill();
      for (const entry of readdirSync(storeDir)) rmSync(join(storeDir, entry), { recursive: true });
    },
    [Symbol.asyncDispose]: end,
  };
}
