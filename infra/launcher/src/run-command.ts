// Runs a program in the foreground with the terminal's streams and waits for its end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from './paths.ts';

/** The exit status; 128 + signal number when it was killed by one, as shells say it. */
export async function runCommand(
  command: string,
  args: string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const child = spawn(command, args, { cwd: root, env: environment, stdio: 'inherit' });
  // Ctrl-C reaches the child by itself; this process only waits for how it ends.
  const ignore = (): void => {};
  process.on('SIGINT', ignore);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? (signal === 'SIGINT' ? 130 : 143);
  } finally {
    process.off('SIGINT', ignore);
  }
}
