// Finds a server program: on PATH, or in a Debian package unpacked into a private directory. Unpacking
// (apt-get download, dpkg -x) needs no root, and starts no service on a port of the machine as installing would.
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Program {
  path: string;
  /** Where its shared libraries lie, when they came with an unpacked package. */
  libraryPath?: string;
}

export interface PackageOptions {
  debianPackage: string;
  /** Packages that it only recommends, unpacked into the same tree. */
  beside?: readonly string[];
  /** Directory for unpacked packages; default: var/tools of the checkout. */
  unpackInto?: string;
  /** What else must be done to the unpacked files once, before anybody uses them. */
  afterUnpack?: (root: string) => Promise<void>;
  note?: (text: string) => void;
}

export interface ProgramOptions extends PackageOptions {
  name: string;
}

/** Returns the program, fetching its Debian package when the machine has none; throws with the remedy. */
export async function ensureProgram({ name, ...options }: ProgramOptions): Promise<Program> {
  const installed = installedProgram(name);
  if (installed) return { path: installed };
  const root = await ensurePackage(options).catch((error: unknown) => {
    const remedy = `install it ("apt-get install ${options.debianPackage}") or put ${name} on PATH`;
    throw new Error(`${name} was not found and could not be fetched: ${remedy}`, { cause: error });
  });
  const path = systemDirs.map((dir) => join(root, dir, name)).find(isExecutable);
  if (!path) throw new Error(`the package ${options.debianPackage} in ${root} holds no ${name}`);
  const libraries = librariesOf(root);
  return libraries.length > 0 ? { path, libraryPath: libraries.join(':') } : { path };
}

/**
 * Returns the directory a Debian package and what it depends on are unpacked in, fetching them when needed; what
 * the machine has installed itself is not in it.
 */
export async function ensurePackage(options: PackageOptions): Promise<string> {
  const { debianPackage, unpackInto = join(import.meta.dirname, '../../../var/tools') } = options;
  const target = join(unpackInto, debianPackage);
  if (!existsSync(target)) {
    options.note?.(`unpacking the package ${debianPackage}, which is not installed`);
    await unpack([debianPackage, ...(options.beside ?? [])], target, options.afterUnpack);
  }
  return target;
}

/** The directories of an unpacked package in which shared libraries may lie. */
export function librariesOf(root: string): string[] {
  return ['usr/lib', 'lib'].flatMap((dir) => libraryDirs(join(root, dir)));
}

const systemDirs = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The program as the machine has it itself: on PATH, or where system programs are. */
export function installedProgram(name: string): string | undefined {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((dir) => dir.startsWith('/'));
  return [...path, ...systemDirs].map((dir) => join(dir, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function libraryDirs(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return [
    dir,
    ...readdirSync(dir)
      .filter((name) => name.endsWith('-linux-gnu'))
      .map((name) => join(dir, name)),
  ];
}

let unpackings = 0;

async function unpack(
  debianPackages: readonly string[],
  target: string,
  afterUnpack: PackageOptions['afterUnpack'],
): Promise<void> {
  // Unpacked beside the target and renamed, so that an interrupted run leaves nothing that looks complete.
  const work = `${target}.${process.pid}.${++unpackings}.part`;
  const archives = join(work, 'archives');
  const root = join(work, 'root');
  mkdirSync(archives, { recursive: true });
  mkdirSync(root, { recursive: true });
  try {
    await download(debianPackages, archives);
    const files = readdirSync(archives).filter((name) => name.endsWith('.deb'));
    for (const file of files) await run('dpkg', ['-x', join(archives, file), root]);
    await afterUnpack?.(root);
    moveInto(target, root);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Whoever comes second finds the same files there already. */
function moveInto(target: string, root: string): void {
  try {
    renameSync(root, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  }
}

async function download(debianPackages: readonly string[], archives: string): Promise<void> {
  try {
    await downloadWith([], debianPackages, archives);
  } catch {
    // The machine's package lists are missing or old: a private copy of the lists needs no root.
    const state = join(archives, 'state');
    const cache = join(archives, 'cache');
    mkdirSync(join(state, 'lists/partial'), { recursive: true });
    mkdirSync(join(cache, 'archives/partial'), { recursive: true });
    const dirs = [`Dir::State=${state}`, `Dir::Cache=${cache}`, 'Dir::State::status=/var/lib/dpkg/status'];
    const options = [...dirs, 'APT::Sandbox::User=root'].flatMap((value) => ['-o', value]);
    await run('apt-get', [...options, 'update'], { timeout: 180_000 });
    await downloadWith(options, debianPackages, archives);
    rmSync(state, { recursive: true, force: true });
    rmSync(cache, { recursive: true, force: true });
  }
}

async function downloadWith(
  aptOptions: string[],
  debianPackages: readonly string[],
  archives: string,
): Promise<void> {
  const simulate = ['--simulate', '--no-upgrade', '--no-install-recommends', 'install', ...debianPackages];
  const { stdout } = await run('apt-get', [...aptOptions, ...simulate], { timeout: 60_000 });
  const packages = stdout.split('\n').flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? []);
  // Nothing to unpack when the machine has it installed; apt-get fails when it is asked for no package.
  if (packages.length === 0) return;
  await run('apt-get', [...aptOptions, 'download', ...packages], { cwd: archives, timeout: 300_000 });
}
