// The settings process as it runs in an installation, and the environment of an operator's command line.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createTestDatabase,
  eventually,
  startTestNats,
  type TestDatabase,
  temporaryDirectory,
  type TestNats,
} from '@pochtar/testkit';
import { type Ended, pochtar } from './command-line.ts';

export interface RunningServer extends AsyncDisposable {
  readonly nats: TestNats;
  readonly testDatabase: TestDatabase;
  /** Runs `pochtar` with these words. */
  run(words: readonly string[], stdin?: string, environment?: Record<string, string>): Promise<Ended>;
  /** The result as JSON; a complaint fails the test. */
  json<Result>(words: readonly string[], stdin?: string): Promise<Result>;
  /** Starts another program of the server, and waits until it is ready; it ends with the server. */
  start(program: string): Promise<void>;
}

export async function runServer(): Promise<RunningServer> {
  await using opened = new AsyncDisposableStack();
  const testDatabase = opened.use(await createTestDatabase());
  const nats = opened.use(await startTestNats());
  const dir = opened.use(temporaryDirectory());
  const keyFile = join(dir.path, 'master-key');
  writeFileSync(keyFile, randomBytes(32).toString('base64'));
  const programs = opened.use(new AsyncDisposableStack());
  const start = async (program: string): Promise<void> => {
    const runFile = join(dir.path, `run-${program}`);
    const main = fileURLToPath(new URL(`../../${program}/src/main.ts`, import.meta.url));
    const child = spawn(process.execPath, [main], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        ...testDatabase.env(program),
        ...nats.env(program),
        POCHTAR_MASTER_KEY_FILE: keyFile,
        POCHTAR_RUN_FILE: runFile,
        POCHTAR_HOSTNAME: 'mail.example.org',
        // Nobody answers: no test asks the outside.
        POCHTAR_DNS_SERVERS: '127.0.0.1:9',
      },
    });
    const ended = once(child, 'exit');
    programs.defer(async () => {
      child.kill('SIGTERM');
      await ended;
    });
    const isReady = async (): Promise<boolean> => {
      const { health } = JSON.parse(readFileSync(runFile, 'utf8')) as { health: string };
      return (await fetch(`${health}/readyz`)).ok;
    };
    await eventually(isReady, { timeout: 60_000, interval: 50 });
  };
  await start('settings');
  const run: RunningServer['run'] = (words, stdin, environment) =>
    pochtar({ ...nats.env('ctl'), ...environment }, words, stdin);
  const kept = opened.move();
  return {
    nats,
    testDatabase,
    run,
    start,
    async json(words, stdin) {
      const { code, stdout, stderr } = await run([...words, '--json'], stdin);
      if (code !== 0) throw new Error(`pochtar ${words.join(' ')}: ${code} ${stderr}`);
      return JSON.parse(stdout);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
