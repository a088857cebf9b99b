// The setpriv(1) command lines under which programs run. Postgres refuses to run as root, and nothing that reads what
// strangers send should: root hands its servers to one system user and our own programs to another; an ordinary user
// runs all of them itself. Either way the kernel ends the child when its starter dies (PR_SET_PDEATHSIG), so that
// kill -9 of the starter leaves no orphan.
import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Refusal } from './refusal.ts';
import { serverUser, type SystemUser } from './system-users.ts';

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
      privileges.push(...asked(), `--inh-caps=+${capability}`, `--ambient-caps=+${capability}`);
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
  const own: string[] = listens && isHeld(netBindService) ? ['net_bind_service'] : [];
  const passing: string[] = [];
  if (!canReachAll(user, [command, ...paths])) {
    mustInherit(command);
    passing.push(passingCapability());
  }
  const kept = only([...own, ...passing]);
  const privileges = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--no-new-privs'];
  if (isHeld(setPrivileges)) {
    // What an executable file can give: with no_new_privs the second lock. capabilities(7): a Node that has a capability
    // for low ports of its own (setcap) does not start at all where that is locked, so that one is left to all.
    const low = isIn('CapBnd', netBindService) ? ['net_bind_service'] : [];
    privileges.push(`--bounding-set=${only([...low, ...passing])}`);
  }
  if (passing.length > 0) privileges.push(...asked());
  privileges.push(`--inh-caps=${kept}`, `--ambient-caps=${kept}`);
  return setpriv(deathSignal, privileges, command, args);
}

/** access(2), by which programs ask whether a file is there, leaves capabilities out without this. */
function asked(): string[] {
  return isHeld(setPrivileges) ? ['--securebits=+no_setuid_fixup'] : [];
}

function only(capabilities: string[]): string {
  return ['-all', ...capabilities.map((name) => `+${name}`)].join(',');
}

/** capabilities(7): an executable file with capabilities of its own loses those that its starter wants to leave it. */
function mustInherit(command: string): void {
  const file = realpathSync(command);
  const { stdout } = spawnSync('getcap', [file], { encoding: 'utf8' });
  if (!stdout?.includes('cap_')) return;
  throw new Refusal(
    `Программы работают не под root, и к файлам Pochtar им не пройти: каталог выше закрыт, а ${file} имеет свои права (setcap),
из-за которых права пройти не наследуются. Одно из двух: перенесите Pochtar туда, где проход открыт (/srv, /opt), или
уберите эти права, root они не нужны: sudo setcap -r ${file}`,
    `Programs do not run as root, and cannot pass to the files of Pochtar: a directory above is closed, and ${file} has
capabilities of its own (setcap), with which that to pass is not inherited. Either of: move Pochtar to where the way is
open (/srv, /opt), or take these off, root does not need them: sudo setcap -r ${file}`,
  );
}

function setpriv(signal: DeathSignal, privileges: string[], command: string, args: string[]): CommandLine {
  return { command: 'setpriv', args: [`--pdeathsig=${signal}`, ...privileges, '--', command, ...args] };
}

function canReachAll(user: SystemUser, paths: string[]): boolean {
  return paths.every((path) => canReach(user, path));
}

/** Whether all directories of `path`, itself one perhaps, let the user through (supplementary groups are not counted). */
function canReach(user: SystemUser, path: string): boolean {
  const real = realpathSync(path);
  let directory = statSync(real).isDirectory() ? real : dirname(real);
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
