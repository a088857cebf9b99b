// The users that root starts things as: one for the servers (Postgres, NATS, clamd), another one for our own programs,
// so that whoever takes over a program that strangers speak to cannot read the database or the bus from the disk.
import { readFileSync } from 'node:fs';
import { Refusal } from './refusal.ts';

export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/** The first of these that the machine has. No name is in both lists: one that is made later moves no other. */
const serverCandidates = ['postgres', 'nobody'];
const serviceCandidates = ['pochtar', 'daemon'];

/** The user that servers run as, or undefined when the caller is not root. */
export function serverUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const user = firstOf(serverCandidates);
  if (user) return user;
  throw new Error(
    `none of the users ${serverCandidates.join(', ')} exists: create one with "useradd --system postgres"`,
  );
}

/** The user that our own programs run as, or undefined when the caller is not root. Never the servers'. */
export function serviceUser(): SystemUser | undefined {
  const server = serverUser();
  if (!server) return undefined;
  const user = firstOf(serviceCandidates);
  if (user && user.uid !== 0 && user.uid !== server.uid) return user;
  throw new Refusal(
    `Нет пользователя, под которым работать программам: ни один из ${serviceCandidates.join(', ')} не подходит (серверы работают под ${server.name}).
Ничего не изменено. Создайте его: useradd --system pochtar`,
    `There is no user for our programs: none of ${serviceCandidates.join(', ')} will do (the servers run as ${server.name}).
Nothing was changed. Create it: useradd --system pochtar`,
  );
}

function firstOf(candidates: string[]): SystemUser | undefined {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const candidate of candidates) {
    const [name, , uid, gid] = lines.find((line) => line.startsWith(`${candidate}:`))?.split(':') ?? [];
    if (name && uid && gid) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}
