// The data directory of Postgres: whether there is a database in it, and how a new one is made. What is there already
// is never touched: a directory that looks half-made may be a restore under way, or lack one file.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { syncDirectory } from '@pochtar/runtime';
import { postgresProgram } from './postgres-program.ts';
import { Refusal } from './refusal.ts';
import { giveToServerUser } from './ownership.ts';
import { runAsCommand } from './run-as.ts';

export const superuser = 'postgres';

const initdbMs = 120_000;

/**
 * `none`: the directory does not exist, or is empty. `some`: it holds a database. Throws `Refusal` where it holds
 * anything else: that is not made into a database, and not cleared away.
 */
export function databaseState(dataDir: string): 'none' | 'some' {
  if (existsSync(join(dataDir, 'PG_VERSION'))) return 'some';
  const found = lstatSync(dataDir, { throwIfNoEntry: false });
  if (!found) return 'none';
  if (!existsSync(dataDir)) {
    throw new Refusal(
      `${dataDir}: ссылка ведёт в никуда. Ничего не изменено. Подключите диск.`,
      `${dataDir} is a link to what is not there. Nothing was changed. Mount its disk.`,
    );
  }
  if (readdirSync(dataDir).length === 0) return 'none';
  throw new Refusal(
    `В ${dataDir} есть файлы, но нет PG_VERSION: это не база, которую можно запустить.
Ничего не изменено. Дождитесь конца восстановления или восстановите каталог из резервной копии. Если пропал только этот
файл: cp ${dataDir}/base/1/PG_VERSION ${dataDir}/PG_VERSION
Чтобы начать заново с пустой базой, уберите всё это в другое место.`,
    `${dataDir} holds files, but no PG_VERSION: it is no database that can be started.
Nothing was changed. Let a restore that is under way come to its end, or restore it from the backup. Where that one file
is lost and all others are there: cp ${dataDir}/base/1/PG_VERSION ${dataDir}/PG_VERSION
To begin anew with an empty database, move all of it elsewhere.`,
  );
}

/** Makes a new database where `databaseState` is `none`. What it made is removed when it fails, and nothing else. */
export async function initialise(dataDir: string, superuserPassword: string): Promise<void> {
  // An empty directory may be a mount point, which no other can take the place of.
  if (existsSync(dataDir)) return initdb(dataDir, superuserPassword);
  mkdirSync(dirname(dataDir), { recursive: true });
  // Whole or not at all: what a power cut leaves is no database that lacks its last files.
  const part = `${dataDir}.${randomBytes(4).toString('hex')}.part`;
  mkdirSync(part, { mode: 0o700 });
  try {
    await initdb(part, superuserPassword);
    renameSync(part, dataDir);
    syncDirectory(dirname(dataDir));
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error;
  }
}

// initdb syncs what it has made, and removes it when it fails; it takes an empty directory only.
async function initdb(directory: string, superuserPassword: string): Promise<void> {
  chmodSync(directory, 0o700);
  giveToServerUser(directory);
  const passwordFile = `${realpathSync(directory)}.initial-password`;
  writeFileSync(passwordFile, superuserPassword, { mode: 0o600 });
  giveToServerUser(passwordFile);
  try {
    const options = ['--encoding=UTF8', '--locale=C', '--lc-ctype=C.UTF-8'];
    options.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', `--username=${superuser}`);
    options.push('--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--no-instructions');
    const { command, args } = runAsCommand(
      postgresProgram('initdb'),
      ['-D', realpathSync(directory), ...options],
      { deathSignal: 'KILL', paths: [passwordFile] },
    );
    await promisify(execFile)(command, args, { cwd: '/', timeout: initdbMs });
  } catch (error) {
    throw new Error(`initdb failed in ${directory}: ${lastWords(error)}`, { cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function lastWords(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr?.trim() || message).slice(-2_000);
}
