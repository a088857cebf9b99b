// Delivery as a process of its own, for tests that kill it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { PostOffice } from './post-office.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface DeliveryProcess extends AsyncDisposable {
  /** kill -9 */
  kill(): Promise<void>;
  /** It hangs until it is resumed. */
  pause(): void;
  resume(): void;
}

export function startProcess(office: PostOffice, environment: Record<string, string> = {}): DeliveryProcess {
  const child: ChildProcess = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], POCHTAR_LOG_LEVEL: 'warn', ...office.environment, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  return {
    kill,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    [Symbol.asyncDispose]: kill,
  };
}
