// The command line as tests run it: inside this process, which is quick, or as the process that operators start.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../src/config.ts';
import { runCommandLine } from '../src/run-command-line.ts';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

type Run = (environment: Record<string, string>, words: readonly string[], stdin?: string) => Promise<Ended>;

export const pochtar: Run = async (environment, words, stdin = '') => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const streams = { stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr };
  const printed = Promise.all([text(stdout), text(stderr)]);
  const code = await runCommandLine(words, readConfig(environment), streams);
  stdout.end();
  stderr.end();
  const [out, err] = await printed;
  return { code, stdout: out, stderr: err };
};

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export const pochtarProcess: Run = async (environment, words, stdin = '') => {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [main, ...words], { env: { PATH, HOME, LANG: 'C', ...environment } });
  child.stdin.end(stdin);
  const ended = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  return { code: code as number | null, stdout, stderr };
};
