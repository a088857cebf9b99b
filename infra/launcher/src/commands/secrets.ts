// pochtar secrets renew-master-key [--yes]: the way back when the master key is lost. What was sealed with it can be read
// by nobody any more: it is removed, a new key is made, and what has to be entered again is said.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs, promisify } from 'node:util';
import { Secrets, serviceUser } from '@pochtar/native';
import { findSupervisor } from '../control.ts';
import { processEnvironment, type Surroundings } from '../environment.ts';
import { handOverSecrets } from '../handing-over.ts';
import { installationState } from '../installation-state.ts';
import { say } from '../language.ts';
import { root, statePaths } from '../paths.ts';
import { readProcessTable } from '../process-table.ts';
import { withInfrastructure } from '../with-infrastructure.ts';

/** What services/migrate/src/renew-master-key.ts prints. */
interface Removed {
  secrets: string[];
  certificates: { id: string; name: string; origin: 'generated' | 'imported' }[];
}

export async function secrets(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { yes: { type: 'boolean', default: false } },
  });
  if (positionals.length !== 1 || positionals[0] !== 'renew-master-key') {
    throw new Error('pochtar secrets renew-master-key [--yes]');
  }
  const paths = statePaths();
  if (installationState(paths) === 'new') {
    throw new Error(
      say('здесь ещё нет установки: ./pochtar up', 'there is no installation yet: ./pochtar up'),
    );
  }
  if (await findSupervisor(paths)) {
    throw new Error(say('сначала остановите: ./pochtar down', 'stop it first: ./pochtar down'));
  }
  if (!values.yes && !(await isConfirmed())) {
    process.stderr.write(`${say('Ничего не изменено.', 'Nothing was changed.')}\n`);
    return 1;
  }
  const own = new Secrets(paths.secrets);
  const prepare = async (): Promise<void> => {
    own.renewMasterKey();
    own.ensureAll({ isNew: false });
    handOverSecrets(own, { table: readProcessTable(), user: serviceUser() });
  };
  const removed = await withInfrastructure(paths, prepare, adopt);
  process.stdout.write(`${report(removed).join('\n')}\n`);
  return 0;
}

async function isConfirmed(): Promise<boolean> {
  process.stderr.write(
    `${say(
      `Будет сделан новый главный ключ. Всё, что закрыто прежним, будет удалено: закрытые ключи сертификатов, пароль
пересылки, ключи хранилищ S3. Письма, ящики и пароли пользователей остаются.`,
      `A new master key will be made. All that is sealed with the one of before will be removed: private keys of certificates,
the relay's password, keys of S3 volumes. Mails, mailboxes and the passwords of people stay.`,
    )}\n`,
  );
  if (!process.stdin.isTTY) {
    throw new Error(say('подтвердите: --yes', 'confirm it with --yes'));
  }
  using terminal = createInterface({ input: process.stdin, output: process.stderr });
  const word = say('да', 'yes');
  const answer = await terminal.question(`${say('Введите «да»', 'Type "yes"')}: `);
  return answer.trim().toLowerCase() === word;
}

async function adopt(surroundings: Surroundings): Promise<Removed> {
  const entry = readProcessTable().find((one) => one.once);
  if (!entry) throw new Error('docker-compose.yml has no block that runs once');
  const program = join(root, entry.program, 'src/renew-master-key.ts');
  const env = processEnvironment(entry, surroundings);
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env, cwd: root });
  return JSON.parse(stdout) as Removed;
}

function report({ secrets: names, certificates }: Removed): string[] {
  const imported = certificates.filter((one) => one.origin === 'imported');
  return [
    say('Новый главный ключ сделан.', 'A new master key was made.'),
    say(
      'Свой центр сертификации и сертификаты, которые он подписал, появятся заново при запуске (новый ca.pem).',
      'Our own authority and the certificates that it signed are made again at the next start (a new ca.pem).',
    ),
    ...imported.map(({ name, id }) =>
      say(
        `  снова импортировать и выбрать: сертификат «${name}» (${id})`,
        `  to be imported and chosen again: certificate "${name}" (${id})`,
      ),
    ),
    ...names.map((name) => say(`  ввести заново: ${name}`, `  to be entered again: ${name}`)),
  ];
}
