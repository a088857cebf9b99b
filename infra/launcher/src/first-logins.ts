// The log-ins that a first start makes. Written down before they are made, so that a first start that was cut off goes
// on with the same ones, and endpoints.json can be made again without touching anybody's password.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readFacts, writeWhole } from '@pochtar/runtime';
import type { StatePaths } from './paths.ts';

export interface Login {
  login: string;
  password: string;
}

export interface FirstLogins {
  admin: Login;
  /** Mailboxes of the demo domain; none where it was not wanted. */
  accounts: { address: string; password: string }[];
  /** They exist: from now on they are people's, and no start touches them. */
  made: boolean;
}

export const demoDomain = 'demo.test';
export const demoPeople = [
  { address: `anna@${demoDomain}`, displayName: 'Анна Смирнова' },
  { address: `boris@${demoDomain}`, displayName: 'Борис Петров' },
  { address: `vera@${demoDomain}`, displayName: 'Вера Иванова' },
];

/** Draws the passwords of a new installation and writes them down; keeps those that are. */
export function chooseFirstLogins(paths: StatePaths, options: { demo: boolean }): void {
  if (readFirstLogins(paths)) return;
  const people = options.demo ? demoPeople : [];
  writeFirstLogins(paths, {
    admin: { login: 'admin', password: newPassword() },
    accounts: people.map(({ address }) => ({ address, password: newPassword() })),
    made: false,
  });
}

export function writeFirstLogins(paths: StatePaths, logins: FirstLogins): void {
  writeWhole(fileOf(paths), `${JSON.stringify(logins, null, 2)}\n`);
}

export function readFirstLogins(paths: StatePaths): FirstLogins | undefined {
  return readFacts(fileOf(paths), (value) => {
    const logins = value as Partial<FirstLogins>;
    return logins.admin && Array.isArray(logins.accounts) ? (value as unknown as FirstLogins) : undefined;
  });
}

function fileOf(paths: StatePaths): string {
  return join(paths.secrets, 'first-logins.json');
}

/** Letters and digits only: a dash in front would be taken for an option by the programs it is pasted into. */
function newPassword(): string {
  return randomBytes(18)
    .toString('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 16);
}
