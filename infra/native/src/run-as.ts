// The setpriv(1) command lines under which programs run. Postgres refuses to run as root, and nothing that reads what
// strangers send should: root hands its servers to one system user and our own programs to another; an ordinary user
// runs all of them itself. Either way the kernel ends the child when its starter dies (PR_SET_PDEATHSIG), so that
// kill -9 of the starter leaves no orphan.
import { chownSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { serverUser, type SystemUser } from './system-users.ts';

/** Gives a path to the server user (no effect for an ordinary user, who owns it already). */
export function giveToServerUser(path: string): void {
  const user = serverUser();
  if (user) chownSync(path, user.uid, user.gid);
}

interface CommandLine {
  command: string;
  args: string[];
}

type DeathSignal = 'INT' | 'TERM' | 'KILL';

/**
 * Wraps a command so that it runs as the server user and gets `deathSignal` when the calling thread ends.
 * `paths` are what the user must be able to reach; where a parent directory is closed to it (a checkout in
 * /root, a 0700 temporary directory), the process keeps the one capability that lets it pass.
 */
export function runAsCommand(
  command: string,
  args: string[],
  options: { deathSignal: DeathSignal; paths?: string[] },
): CommandLine {
  const user = serverUser();
  const privileges: string[] = [];
  if (user) {
    privileges.push(`--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups');
    if (!canReachAll(user, [command, ...(options.paths ?? [])])) {
      const capability = passingCapability();
      privileges.push(`--inh-caps=+${capability}`, `--ambient-caps=+${capability}`);
    }
  }
  return setpriv(options.deathSignal, privileges, command, args);
}

export interface ServiceOptions {
  deathSignal: DeathSignal;
  /** Absent: the starter's own, with all it may. */
  user?: SystemUser | undefined;
  /** What it must be able to reach. */
  paths: string[];
  /** It listens, on a port below 1024 perhaps. */
  listens: boolean;
}

/**
 * Wraps one of our own programs: it runs as `user`, in no group but the user's own, and can never become more. Of the
 * capabilities it keeps that to open low ports, when it listens, and that to pass closed directories, as above.
 */
export function serviceCommand(command: string, args: string[], options: ServiceOptions): CommandLine {
  const { user, listens, paths, deathSignal } = options;
  if (!user) return setpriv(deathSignal, [], command, args);
  const kept: string[] = [];
  if (listens && isHeld(netBindService)) kept.push('+net_bind_service');
  if (!canReachAll(user, [command, ...paths])) kept.push(`+${passingCapability()}`);
  const set = ['-all', ...kept].join(',');
  const privileges = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--no-new-privs'];
  // Without no_new_privs it would be what an executable file can give; with it, the second lock.
  if (isHeld(setPrivileges)) privileges.push(`--bounding-set=${set}`);
  privileges.push(`--inh-caps=${set}`, `--ambient-caps=${set}`);
  return setpriv(deathSignal, privileges, command, args);
}

function setpriv(signal: DeathSignal, privileges: string[], command: string, args: string[]): CommandLine {
  return { command: 'setpriv', args: [`--pdeathsig=${signal}`, ...privileges, '--', command, ...args] };
}

function canReachAll(user: SystemUser, paths: string[]): boolean {
  return paths.every((path) => canReach(user, path));
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

// capabilities(7): their numbers.
const dacReadSearch = 2n;
const setPrivileges = 8n;
const netBindService = 10n;

// CAP_DAC_READ_SEARCH is the smaller one; containers usually have only CAP_DAC_OVERRIDE.
function passingCapability(): 'dac_read_search' | 'dac_override' {
  return isIn('CapBnd', dacReadSearch) ? 'dac_read_search' : 'dac_override';
}

function isHeld(capability: bigint): boolean {
  return isIn('CapEff', capability) && isIn('CapBnd', capability);
}

function isIn(set: 'CapBnd' | 'CapEff', capability: bigint): boolean {
  const status = readFileSync('/proc/self/status', 'utf8');
  const bits = new RegExp(`^${set}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? '0';
  return (BigInt(`0x${bits}`) & (1n << capability)) !== 0n;
}
