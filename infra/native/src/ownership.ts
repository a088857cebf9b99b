// What root gives to the users that it starts things as. An ordinary user owns all of it already.
import { spawnSync } from 'node:child_process';
import { chownSync, realpathSync, statSync } from 'node:fs';
import { serverUser, type SystemUser } from './system-users.ts';

/** Gives a path to the server user. */
export function giveToServerUser(path: string): void {
  const user = serverUser();
  if (user) chownSync(path, user.uid, user.gid);
}

/**
 * Gives a directory of before with all that lies in it to the user that is at work there now. A directory that is the
 * user's is left alone, for the user may have put links there that lead elsewhere. Nothing may be at work in another.
 */
export function giveTree(directory: string, user: SystemUser | undefined): void {
  if (!user) return;
  const top = realpathSync(directory);
  if (statSync(top).uid === user.uid) return;
  // What lies in a directory goes first: one that was cut off is done again.
  const words = ['-R', '-h', '--', `${user.uid}:${user.gid}`, top];
  const { status, stderr } = spawnSync('chown', words, { encoding: 'utf8' });
  if (status === 0) return;
  const reason = (stderr ?? '').split('\n')[0];
  throw new Error(`${top} cannot be given to the user ${user.name}: ${reason}`);
}
