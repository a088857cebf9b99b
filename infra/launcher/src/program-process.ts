// One of our own programs as a child: Node with the program's main.ts, its output in a log file, ready when its
// health server says so. It ends with the supervisor: the IPC channel closes, and the kernel sends SIGTERM.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readFacts } from '@pochtar/runtime';
import type { LogFile } from './log-file.ts';
import { root } from './paths.ts';
import type { Running } from './supervised.ts';

export interface ProgramOptions {
  /** Folder below the checkout, e.g. services/smtp */
  program: string;
  environment: NodeJS.ProcessEnv;
  log: LogFile;
  graceMs: number;
  /** Where it announces its health server; absent for a program that runs to its end. */
  runFile?: string;
}

/** Starts the program. */
export async function launchProgram(options: ProgramOptions): Promise<Running> {
  const withdraw = (): void => {
    if (options.runFile) rmSync(options.runFile, { force: true });
  };
  withdraw();
  const main = join(root, options.program, 'src/main.ts');
  const child = spawn('setpriv', ['--pdeathsig=TERM', '--', process.execPath, main], {
    cwd: root,
    env: { ...options.environment, ...(options.runFile && { POCHTAR_RUN_FILE: options.runFile }) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A process group of its own: Ctrl-C of the terminal reaches the supervisor alone, which stops all in order.
    detached: true,
  });
  await once(child, 'spawn');
  child.stdout?.on('data', (chunk: Buffer) => options.log.write(chunk));
  child.stderr?.on('data', (chunk: Buffer) => options.log.write(chunk));
  const exited = once(child, 'close').then(([code, signal]) => {
    withdraw();
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  return {
    pid: child.pid ?? 0,
    exited,
    ready: options.runFile ? whenReady(options.runFile, child) : Promise.resolve(),
    stop: () => stop(child, exited, options.graceMs),
  };
}

async function stop(child: ChildProcess, exited: Promise<unknown>, graceMs: number): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited.finally(() => clearTimeout(timer));
}

/** Where a process that has announced itself can be asked, http://host:port; undefined when it has not yet. */
export function healthAddress(runFile: string): string | undefined {
  return readFacts(runFile, ({ health }) => (typeof health === 'string' ? health : undefined));
}

export interface Readiness {
  ready: boolean;
  /** Parts that do not work yet, with the reason. */
  faults: Record<string, string>;
  /** Those of the reasons that are given in both languages. */
  words?: Record<string, { ru: string; en: string }>;
}

/** Asks a process whether it does its work; undefined when it does not answer. */
export async function askReadiness(health: string): Promise<Readiness | undefined> {
  try {
    const response = await fetch(`${health}/readyz`, { signal: AbortSignal.timeout(2_000) });
    return (await response.json()) as Readiness;
  } catch {
    return undefined;
  }
}

// There is no limit here: a process may wait for Postgres as long as it takes. `up` has a deadline for them all.
async function whenReady(runFile: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    const health = healthAddress(runFile);
    if (health && (await askReadiness(health))?.ready) return;
    await delay(50);
  }
  throw new Error('ended before it was ready');
}
