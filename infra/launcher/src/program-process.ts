// One of our own programs as a child: Node with the program's main.ts, its output in a log file, ready when its
// health server says so. It ends with the supervisor: the IPC channel closes, and the kernel sends SIGTERM.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { serviceCommand, type SystemUser } from '@pochtar/native';
import type { LogFile } from './log-file.ts';
import { root } from './paths.ts';
import { type FactsOptions, ProgramFacts } from './program-facts.ts';
import { askReadiness } from './program-readiness.ts';
import type { Running } from './supervised.ts';

export interface ProgramOptions {
  /** Folder below the checkout, e.g. services/smtp */
  program: string;
  environment: NodeJS.ProcessEnv;
  log: LogFile;
  graceMs: number;
  /** Where it announces its health server; absent for a program that runs to its end. */
  facts?: FactsOptions;
  /** Whom it runs as; absent: the launcher's own user. */
  user?: SystemUser | undefined;
  /** Takes connections from outside. */
  listens?: boolean;
  /** What it must be able to reach, beside its code. */
  paths?: string[];
}

/** Starts the program. */
export async function launchProgram(options: ProgramOptions): Promise<Running> {
  const facts = options.facts && new ProgramFacts(options.facts);
  const main = join(root, options.program, 'src/main.ts');
  const { command, args } = serviceCommand(process.execPath, [main], {
    deathSignal: 'TERM',
    user: options.user,
    listens: options.listens ?? false,
    paths: [main, join(root, 'node_modules'), ...(options.paths ?? [])],
  });
  const child = spawn(command, args, {
    cwd: root,
    env: { ...options.environment, ...(facts && { POCHTAR_RUN_FILE: facts.announcement }) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A process group of its own: Ctrl-C of the terminal reaches the supervisor alone, which stops all in order.
    detached: true,
  });
  await once(child, 'spawn');
  facts?.started(child.pid ?? 0);
  child.stdout?.on('data', (chunk: Buffer) => options.log.write(chunk));
  child.stderr?.on('data', (chunk: Buffer) => options.log.write(chunk));
  const exited = once(child, 'close').then(([code, signal]) => {
    facts?.ended();
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  return {
    pid: child.pid ?? 0,
    exited,
    ready: facts ? whenReady(facts, child) : Promise.resolve(),
    stop: () => stop(child, exited, options.graceMs),
  };
}

async function stop(child: ChildProcess, exited: Promise<unknown>, graceMs: number): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited.finally(() => clearTimeout(timer));
}

// There is no limit here: a process may wait for Postgres as long as it takes. `up` has a deadline for them all.
async function whenReady(facts: ProgramFacts, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    const health = facts.health();
    if (health && (await askReadiness(health))?.ready) return;
    await delay(50);
  }
  throw new Error('ended before it was ready');
}
