// The superuser's password made good when it is lost or older than the database: whoever may read and write the data
// directory may set it. Postgres does that in single-user mode, without a network and without opening the door to
// anybody else for a moment.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { superuser } from './data-directory.ts';
import { postgresProgram } from './postgres-program.ts';
import { runAsCommand } from './run-as.ts';

/** Sets it while no server runs on `dataDir`; recovers the database first where that is due. */
export async function setSuperuserPassword(dataDir: string, password: string): Promise<void> {
  const { command, args } = runAsCommand(
    postgresProgram('postgres'),
    ['--single', '-D', dataDir, '-c', 'log_min_messages=warning', 'postgres'],
    { deathSignal: 'INT', paths: [join(dataDir, 'PG_VERSION')] },
  );
  const child = spawn(command, args, {
    cwd: '/',
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', TZ: 'UTC' },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  const hear = (chunk: Buffer): void => {
    said = (said + chunk.toString('utf8')).slice(-2_000);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  // It may have ended before it reads; its status tells.
  child.stdin.on('error', () => {});
  child.stdin.end(`ALTER ROLE ${escapeIdentifier(superuser)} PASSWORD ${escapeLiteral(password)}\n`);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the superuser's password could not be set again: ${said.trim()}`);
}
