// Passwords of the infrastructure and the master key, made at the first start and kept: one directory a program,
// so that a container can be given its own and no other. Files are readable by their owner only.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { natsUsers } from './nats-users.ts';

/** Programs that have a role in Postgres and a user on the bus. */
export const programs = natsUsers.map((user) => user.name).filter((name) => name !== 'owner');

export class Secrets {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Makes what is missing; keeps what is there. */
  ensureAll(): void {
    for (const program of ['owner', ...programs]) {
      this.#ensure(this.postgresPasswordFile(program));
      this.#ensure(this.natsPasswordFile(program));
    }
    this.#ensure(this.superuserPasswordFile);
    this.#ensure(this.masterKeyFile, () => randomBytes(32).toString('base64'));
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

  natsPassword(program: string): string {
    return readSecret(this.natsPasswordFile(program));
  }

  #ensure(file: string, make = (): string => randomBytes(24).toString('base64url')): void {
    if (existsSync(file)) return;
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
    // Renamed into place: a crash leaves no half-written password behind.
    writeFileSync(`${file}.new`, `${make()}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}

export function readSecret(file: string): string {
  return readFileSync(file, 'utf8').trim();
}
