// Whether there is an installation in the state directory. Asked before anything is made or written: starting destroys
// nothing, and an empty database beside mails that are there would answer every sender that nobody lives here.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { databaseState, Refusal } from '@pochtar/native';
import { readFirstLogins } from './first-logins.ts';
import { say } from './language.ts';
import type { StatePaths } from './paths.ts';

/** The mark that libs/store writes on a directory volume. */
export const volumeMark = 'pochtar-volume.json';

/**
 * `new`: neither a database nor anything that belongs to one. Throws `Refusal` where the database of an installation is
 * gone, or is none.
 */
export function installationState(paths: StatePaths): 'new' | 'existing' {
  if (databaseState(paths.postgres) === 'some') return 'existing';
  const signs = signsOfAnInstallation(paths);
  if (signs.length === 0) return 'new';
  throw new Refusal(
    `В ${paths.postgres} нет базы данных, а установка здесь уже есть: ${signs.join(', ')}.
Ничего не изменено. Подключите диск с базой или восстановите ${paths.postgres} из резервной копии.
Чтобы начать заново, без прежней почты, уберите в другое место всё, что есть в ${paths.var}.`,
    `There is no database in ${paths.postgres}, but there is an installation already: ${signs.join(', ')}.
Nothing was changed. Mount the disk of the database, or restore ${paths.postgres} from the backup.
To begin anew, without the mail of before, move everything in ${paths.var} elsewhere.`,
  );
}

/** What only an installation has whose database was made once. */
function signsOfAnInstallation(paths: StatePaths): string[] {
  const signs: string[] = [];
  if (existsSync(paths.endpoints)) signs.push(paths.endpoints);
  if (readFirstLogins(paths)?.made)
    signs.push(say('имена и пароли первого запуска', 'log-ins of the first start'));
  if (existsSync(join(paths.mail, volumeMark)) || hasPacks(paths.mail)) {
    signs.push(say(`письма в ${paths.mail}`, `mails in ${paths.mail}`));
  }
  return signs;
}

function hasPacks(mail: string): boolean {
  if (!existsSync(mail)) return false;
  return readdirSync(mail, { withFileTypes: true }).some(
    (shard) =>
      shard.isDirectory() &&
      /^[0-9a-f]{2}$/.test(shard.name) &&
      readdirSync(join(mail, shard.name)).some((file) => file.endsWith('.pack')),
  );
}
