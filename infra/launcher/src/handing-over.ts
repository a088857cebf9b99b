// What our own programs need is theirs when root has started them, and nothing else is: the mails and their temporary
// files, a place to announce themselves, a cache of compiled code that root never loads. Secrets they may read, each
// program's in its folder, and not replace: root reads them, too. An ordinary user owns all of it already.
import { chmodSync, chownSync, constants, mkdirSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { giveTree, type Secrets, type SystemUser } from '@pochtar/native';
import { writeWhole } from '@pochtar/runtime';
import { volumeMark } from './installation-state.ts';
import type { StatePaths } from './paths.ts';
import type { ProcessEntry } from './process-table.ts';

/** A disk that has not answered by then hangs. */
const hangingMs = 3_000;

/** Everything but the mails, which are there once migrate has been at work. None of the programs may be running. */
export function handOver(
  paths: StatePaths,
  secrets: Secrets,
  { table, user }: { table: ProcessEntry[]; user: SystemUser | undefined },
): void {
  for (const name of readdirSync(paths.announcements)) withdraw(join(paths.announcements, name));
  if (!user) return;
  // To be passed through, not to be read.
  chmodSync(paths.run, 0o711);
  chownSync(paths.announcements, user.uid, user.gid);
  mkdirSync(paths.programCache, { recursive: true, mode: 0o700 });
  for (const directory of [paths.programCache, paths.spool]) giveTree(directory, user);
  handOverSecrets(secrets, { table, user });
}

/** To be done again whenever one of the secrets was made anew. */
export function handOverSecrets(
  secrets: Secrets,
  { table, user }: { table: ProcessEntry[]; user: SystemUser | undefined },
): void {
  if (!user) return;
  chmodSync(secrets.directory, 0o711);
  for (const entry of table.filter(({ once }) => !once)) {
    const directory = join(secrets.directory, entry.user);
    if (entry.masterKey)
      writeWhole(secrets.masterKeyCopy(entry.user), readFileSync(secrets.masterKeyFile, 'utf8'));
    for (const name of readdirSync(directory)) giveToRead(join(directory, name), user, 0o640);
    giveToRead(directory, user, 0o750);
  }
}

/**
 * The volume, where it is there: a disk that is not mounted is not replaced. Done at every start of a program, for the
 * disk may come later; the mark is looked at as well, because root writes it on a volume that is new.
 */
export class MailHandOver {
  readonly #mail: string;
  readonly #user: SystemUser | undefined;
  #underWay: Promise<string | undefined> | undefined;

  constructor({ mail }: StatePaths, user: SystemUser | undefined) {
    this.#mail = mail;
    this.#user = user;
  }

  /** Where it really lies; undefined where it is not there. A disk that hangs is waited for once, and holds up nobody. */
  async done(): Promise<string | undefined> {
    this.#underWay ??= this.#handOver().finally(() => {
      this.#underWay = undefined;
    });
    // Whoever does not wait any more is not told what became of it.
    this.#underWay.catch(() => {});
    return Promise.race([this.#underWay, delay(hangingMs, undefined, { ref: false })]);
  }

  async #handOver(): Promise<string | undefined> {
    const user = this.#user;
    const top = await realpath(this.#mail).catch(() => undefined);
    // What is wrong with a disk is for the programs to say.
    const found = top && (await stat(top).catch(() => undefined));
    if (!found || !user) return undefined;
    if (found.uid !== user.uid) giveTree(top, user);
    await giveFile(join(top, volumeMark), user);
    return top;
  }
}

/** Not by its name, which the user may have given to something else meanwhile. */
async function giveFile(path: string, { uid, gid }: SystemUser): Promise<void> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => undefined);
  if (!file) return;
  try {
    const found = await file.stat();
    if (found.isFile() && found.nlink === 1 && found.uid !== uid) await file.chown(uid, gid);
  } finally {
    await file.close();
  }
}

function giveToRead(path: string, user: SystemUser, mode: number): void {
  chownSync(path, 0, user.gid);
  chmodSync(path, mode);
}

function withdraw(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // What is no file hurts nobody: announcements have names of their own at each start.
  }
}
