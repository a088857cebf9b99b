// What our own programs need is theirs when root has started them, and nothing else is: the mails and their temporary
// files, a place to announce themselves, a cache of compiled code that root never loads. Secrets they may read, each
// program's in its folder, and not replace: root reads them, too. An ordinary user owns all of it already.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Secrets, SystemUser } from '@pochtar/native';
import { writeWhole } from '@pochtar/runtime';
import { volumeMark } from './installation-state.ts';
import type { StatePaths } from './paths.ts';
import type { ProcessEntry } from './process-table.ts';

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
  for (const directory of [paths.programCache, paths.spool]) takeOver(directory, user);
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
export function handOverMail(paths: StatePaths, user: SystemUser | undefined): void {
  if (!user || !existsSync(paths.mail)) return;
  takeOver(paths.mail, user);
  const mark = join(paths.mail, volumeMark);
  const found = lstatSync(mark, { throwIfNoEntry: false });
  if (found?.isFile() && found.nlink === 1 && found.uid !== user.uid) lchownSync(mark, user.uid, user.gid);
}

/** Once: a directory that is the user's is left alone, for the user may put links there that lead elsewhere. */
function takeOver(directory: string, user: SystemUser): void {
  const top = realpathSync(directory);
  if (statSync(top).uid === user.uid) return;
  // What lies in a directory goes first: one that was cut off is done again.
  execFileSync('chown', ['-R', '-h', '--', `${user.uid}:${user.gid}`, top]);
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
