// pochtar logs [process] [-n lines] [-f]: the end of one log, or of all of them with the name in front; -f stays
// and shows what is added.
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { lastLines } from '../installation.ts';
import { statePaths } from '../paths.ts';

export async function logs(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      lines: { type: 'string', short: 'n', default: '50' },
      follow: { type: 'boolean', short: 'f', default: false },
    },
  });
  const count = Number(values.lines);
  if (!Number.isInteger(count) || count < 0) throw new Error(`-n ${values.lines}: give a number of lines`);
  const files = logFiles(positionals[0]);
  const print = (file: string, line: string): void => {
    const name = files.length > 1 ? `${basename(file, '.log').padEnd(18)} ` : '';
    process.stdout.write(`${name}${line}\n`);
  };
  const positions = new Map(files.map((file) => [file, statSync(file).size]));
  for (const file of files) for (const line of lastLines(file, count)) print(file, line);
  while (values.follow) {
    for (const file of files) positions.set(file, printFrom(file, positions.get(file) ?? 0, print));
    await delay(200);
  }
  return 0;
}

function logFiles(name: string | undefined): string[] {
  const { log } = statePaths();
  const names = existsSync(log) ? readdirSync(log).filter((file) => file.endsWith('.log')) : [];
  const wanted = name === undefined ? names : names.filter((file) => file === `${name}.log`);
  if (wanted.length === 0) {
    const known = names.map((file) => basename(file, '.log')).join(', ');
    throw new Error(name ? `there is no log of ${name}; there are: ${known}` : `there are no logs in ${log}`);
  }
  return wanted.toSorted().map((file) => join(log, file));
}

/** Prints the whole lines after `position` and returns where the next ones begin. A file that shrank was rotated. */
function printFrom(file: string, position: number, print: (file: string, line: string) => void): number {
  if (!existsSync(file)) return 0;
  const { size } = statSync(file);
  const start = size < position ? 0 : position;
  if (size === start) return start;
  const bytes = Buffer.alloc(Math.min(size - start, 1024 * 1024));
  const handle = openSync(file, 'r');
  readSync(handle, bytes, 0, bytes.length, start);
  closeSync(handle);
  const end = bytes.lastIndexOf('\n') + 1;
  for (const line of bytes.toString('utf8', 0, end).split('\n').slice(0, -1)) print(file, line);
  return start + (end > 0 ? end : bytes.length);
}
