// Under which user a server program runs, and the setpriv(1) command line for it. Postgres refuses to run as
// root, so root hands its servers to a system user; an ordinary user runs them itself. Either way the kernel
// ends the child when its starter dies (PR_SET_PDEATHSIG), so that kill -9 of the starter leaves no orphan.
import { chownSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/** The user for servers started by root: the first of these that the machine has. */
const candidates = ['postgres', 'pochtar', 'nobody'];

/** Returns the system user that servers run as, or undefined when the caller is not root. */
function serverUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const candidate of candidates) {
    const [name, , uid, gid] = lines.find((line) => line.startsWith(`${candidate}:`))?.split(':') ?? [];
    if (name && uid && gid) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    `none of the users ${candidates.join(', ')} exists: create one with "useradd --system pochtar"`,
  );
}

/** Gives a path to the server user (no effect for an ordinary user, who owns it already). */
export function giveToServerUser(path: string): void {
  const user = serverUser();
  if (user) chownSync(path, user.uid, user.gid);
}

/**
 * Wraps a command so that it runs as the server user and gets `deathSignal` when the calling thread ends.
 * `paths` are what the user must be able to reach; where a parent directory is closed to it (a checkout in
 * /root, a 0700 temporary directory), the process keeps the one capability that lets it pass.
 */
export function runAsCommand(
  command: string,
  args: string[],
  options: { deathSignal: 'INT' | 'TERM' | 'KILL'; paths?: string[] },
): { command: string; args: string[] } {
  const user = serverUser();
  const privileges = [`--pdeathsig=${options.deathSignal}`];
  if (user) {
    privileges.push(`--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups');
    const closed = [command, ...(options.paths ?? [])].some((path) => !canReach(user, path));
    if (closed) {
      const capability = passingCapability();
      privileges.push(`--inh-caps=+${capability}`, `--ambient-caps=+${capability}`);
    }
  }
  return { command: 'setpriv', args: [...privileges, '--', command, ...args] };
}

/** Whether every directory above `path` lets the user through (supplementary groups are not counted). */
function canReach(user: SystemUser, path: string): boolean {
  let directory = dirname(realpathSync(path));
  for (;;) {
    const { uid, gid, mode } = statSync(directory);
    const execute = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & execute) === 0) return false;
    const parent = dirname(directory);
    if (parent === directory) return true;
    directory = parent;
  }
}

// capabilities(7): CAP_DAC_READ_SEARCH (2) is the smaller one; containers usually have only CAP_DAC_OVERRIDE (1).
function passingCapability(): 'dac_read_search' | 'dac_override' {
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${bounding}`) & 4n) === 0n ? 'dac_override' : 'dac_read_search';
}
