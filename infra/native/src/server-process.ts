// One infrastructure server as a child process: started under the server user in a process group of its own
// (Ctrl-C of a terminal does not reach it), its output kept for the log, stopped by a signal with a grace time.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { runAsCommand } from './run-as.ts';

/** How much of the last output an error message quotes, in characters. */
const tailLength = 4_000;

export interface ServerProcess extends AsyncDisposable {
  readonly pid: number;
  /** Settles when the process has ended. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly isRunning: boolean;
  /** The end of what the server printed. */
  tail(): string;
  /** Sends the stop signal, waits the grace time, then kills. Resolves when the process is gone. */
  stop(): Promise<void>;
  /** kill -9, as a crash does it. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Rejects with the server's last words when it ends before `ready` settles. */
  whileRunning<T>(ready: Promise<T>): Promise<T>;
}

export interface ServerProcessOptions {
  name: string;
  command: string;
  args: string[];
  /** What the server user must reach: data directories, configuration files. */
  paths?: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  stopSignal?: 'SIGINT' | 'SIGTERM' | 'SIGQUIT';
  /** What the kernel sends when the starter dies. */
  deathSignal?: 'INT' | 'TERM' | 'KILL';
  graceMs?: number;
  /** Gets every chunk of output (both streams). */
  log?: (chunk: Buffer) => void;
}

/** Starts the server; resolves as soon as the child exists, not when it serves. */
export async function startServer(options: ServerProcessOptions): Promise<ServerProcess> {
  const { command, args } = runAsCommand(options.command, options.args, {
    deathSignal: options.deathSignal ?? 'TERM',
    ...(options.paths && { paths: options.paths }),
  });
  const child = spawn(command, args, {
    cwd: options.cwd ?? '/',
    env: options.env ?? { PATH: process.env['PATH'], LANG: 'C.UTF-8', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  await once(child, 'spawn');
  return watch(child, options);
}

function watch(child: ChildProcess, options: ServerProcessOptions): ServerProcess {
  let tail = '';
  let isRunning = true;
  const collect = (chunk: Buffer): void => {
    tail = (tail + chunk.toString('utf8')).slice(-tailLength);
    options.log?.(chunk);
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  // 'close' comes after 'exit' and after the last output, so that tail() is complete then.
  const exited = once(child, 'close').then(([code, signal]) => {
    isRunning = false;
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });

  const end = async (signal: NodeJS.Signals, graceMs: number): Promise<void> => {
    if (!isRunning) return;
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await exited.finally(() => clearTimeout(timer));
  };
  const stop = (): Promise<void> => end(options.stopSignal ?? 'SIGTERM', options.graceMs ?? 10_000);

  return {
    pid: child.pid ?? 0,
    exited,
    get isRunning() {
      return isRunning;
    },
    tail: () => tail,
    stop,
    kill: () => end('SIGKILL', 1_000),
    whileRunning: (ready) =>
      Promise.race([
        ready,
        exited.then(({ code, signal }) => {
          throw new Error(
            `${options.name} ended (${signal ?? `code ${code}`}) before it was ready:\n${tail.trim()}`,
          );
        }),
      ]),
    [Symbol.asyncDispose]: stop,
  };
}
