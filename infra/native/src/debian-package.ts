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

export interface ProgramOptions {
  name: string;
  debianPackage: string;
  /** Directory for unpacked packages; default: var/tools of the checkout. */
  unpackInto?: string;
  note?: (text: string) => void;
}

/** Returns the program, fetching its Debian package when the machine has none; throws with the remedy. */
export async function ensureProgram(options: ProgramOptions): Promise<Program> {
  const installed = onPath(options.name);
  if (installed) return { path: installed };
  const target = join(
    options.unpackInto ?? join(import.meta.dirname, '../../../var/tools'),
    options.debianPackage,
  );
  if (!existsSync(target)) {
    options.note?.(`${options.name} is not installed: unpacking the package ${options.debianPackage}`);
    try {
      await unpack(options.debianPackage, target);
    } catch (error) {
      const remedy = `install it ("apt-get install ${options.debianPackage}") or put ${options.name} on PATH`;
      throw new Error(`${options.name} was not found and could not be fetched: ${remedy}`, { cause: error });
    }
  }
  const path = systemDirs.map((dir) => join(target, dir, options.name)).find(isExecutable);
  if (!path) throw new Error(`the package ${options.debianPackage} in ${target} holds no ${options.name}`);
  const libraries = ['usr/lib', 'lib'].flatMap((dir) => libraryDirs(join(target, dir)));
  return libraries.length > 0 ? { path, libraryPath: libraries.join(':') } : { path };
}

const systemDirs = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

function onPath(name: string): string | undefined {
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

async function unpack(debianPackage: string, target: string): Promise<void> {
  // Unpacked beside the target and renamed, so that an interrupted run leaves nothing that looks complete.
  const work = `${target}.${process.pid}.part`;
  const archives = join(work, 'archives');
  const root = join(work, 'root');
  mkdirSync(archives, { recursive: true });
  mkdirSync(root, { recursive: true });
  try {
    await download(debianPackage, archives);
    const files = readdirSync(archives).filter((name) => name.endsWith('.deb'));
    for (const file of files) await run('dpkg', ['-x', join(archives, file), root]);
    renameSync(root, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function download(debianPackage: string, archives: string): Promise<void> {
  try {
    await downloadWith([], debianPackage, archives);
  } catch {
    // The machine's package lists are missing or old: a private copy of the lists needs no root.
    const state = join(archives, 'state');
    const cache = join(archives, 'cache');
    mkdirSync(join(state, 'lists/partial'), { recursive: true });
    mkdirSync(join(cache, 'archives/partial'), { recursive: true });
    const dirs = [`Dir::State=${state}`, `Dir::Cache=${cache}`, 'Dir::State::status=/var/lib/dpkg/status'];
    const options = [...dirs, 'APT::Sandbox::User=root'].flatMap((value) => ['-o', value]);
    await run('apt-get', [...options, 'update'], { timeout: 180_000 });
    await downloadWith(options, debianPackage, archives);
    rmSync(state, { recursive: true, force: true });
    rmSync(cache, { recursive: true, force: true });
  }
}

async function downloadWith(aptOptions: string[], debianPackage: string, archives: string): Promise<void> {
  const simulate = ['--simulate', '--no-install-recommends', 'install', debianPackage];
  const { stdout } = await run('apt-get', [...aptOptions, ...simulate], { timeout: 60_000 });
  const packages = stdout.split('\n').flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? []);
  await run('apt-get', [...aptOptions, 'download', ...packages], { cwd: archives, timeout: 300_000 });
}
