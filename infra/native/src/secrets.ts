// Passwords of the infrastructure and the master key, made at the first start and kept: one directory a program,
// so that a container can be given its own and no other. Files are readable by their owner only. A password that is
// lost is made again and set again; the master key is made once: what was sealed with it opens with no other.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '@pochtar/runtime';
import { natsUsers } from './nats-users.ts';
import { Refusal } from './refusal.ts';

/** Programs that have a role in Postgres and a user on the bus. */
export const programs = natsUsers.map((user) => user.name).filter((name) => name !== 'owner');

export class Secrets {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Throws `Refusal` when the master key is gone from an installation that had one. */
  check(options: { isNew: boolean }): void {
    if (!options.isNew) this.#mustHaveMasterKey();
  }

  /** Makes what is missing; keeps what is there. Throws `Refusal`, before anything is made, as `check` does. */
  ensureAll(options: { isNew: boolean }): void {
    this.check(options);
    for (const program of ['owner', ...programs]) {
      this.#ensure(this.postgresPasswordFile(program));
      this.#ensure(this.natsPasswordFile(program));
    }
    this.#ensure(this.superuserPasswordFile);
    this.#ensure(this.masterKeyFile, newMasterKey);
  }

  /** Puts a new master key in place of the one that is lost; one that is there is kept beside it. */
  renewMasterKey(): void {
    mkdirSync(join(this.masterKeyFile, '..'), { recursive: true, mode: 0o700 });
    if (isWritten(this.masterKeyFile)) {
      renameSync(this.masterKeyFile, `${this.masterKeyFile}.${Date.now()}.old`);
    }
    writeWhole(this.masterKeyFile, `${newMasterKey()}\n`);
  }

  #mustHaveMasterKey(): void {
    if (isWritten(this.masterKeyFile)) return;
    throw new Refusal(
      `Пропал ${this.masterKeyFile}: главный ключ, которым закрыты закрытые ключи и сохранённые пароли.
Ничего не изменено. Верните файл из резервной копии. Если копии нет: «./pochtar secrets renew-master-key» сделает новый
ключ, уберёт то, что открывает только пропавший, и скажет, что надо ввести заново. Письма при этом не пропадают.`,
      `${this.masterKeyFile} is lost: the master key with which private keys and stored passwords are sealed.
Nothing was changed. Put the file back from the backup. Without one: "./pochtar secrets renew-master-key" makes a new key,
removes what only the lost one opens, and says what has to be entered again. No mail is lost by it.`,
    );
  }

  postgresPasswordFile(program: string): string {
    return join(this.directory, program, 'postgres-password');
  }

  natsPasswordFile(program: string): string {
    return join(this.directory, program, 'nats-password');
  }

  get superuserPasswordFile(): string {
    return join(this.directory, 'postgres', 'superuser-password');
  }

  /** 32 random bytes in base64; without it the stored secrets (private keys, relay password) cannot be read. */
  get masterKeyFile(): string {
    return join(this.directory, 'owner', 'master-key');
  }

  /** For a program that may decrypt and cannot read the folder of the owner. */
  masterKeyCopy(program: string): string {
    return join(this.directory, program, 'master-key');
  }

  natsPassword(program: string): string {
    return readSecret(this.natsPasswordFile(program));
  }

  #ensure(file: string, make = (): string => randomBytes(24).toString('base64url')): void {
    if (isWritten(file)) return;
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
    writeWhole(file, `${make()}\n`);
  }
}

function newMasterKey(): string {
  return randomBytes(32).toString('base64');
}

/** A file that a power cut left empty holds no secret. */
function isWritten(file: string): boolean {
  try {
    return readSecret(file) !== '';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return false;
  }
}

export function readSecret(file: string): string {
  return readFileSync(file, 'utf8').trim();
}
