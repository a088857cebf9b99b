// Where OpenStack Swift and its memcached are on this machine: installed, or unpacked from Debian's packages.
// python3-swift holds the code of all its servers; the packages of the servers would add start scripts and, by
// what they depend on, a logging daemon.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePackage, ensureProgram, librariesOf } from './debian-package.ts';
import type { Program } from './debian-package.ts';

const run = promisify(execFile);

export interface SwiftProgram {
  /** The Python that has Swift. */
  python: string;
  env: NodeJS.ProcessEnv;
  memcached: Program;
}

const debianPackage = 'python3-swift';
/** Never another Python of the machine: Debian's compiled modules fit this one only. */
const systemPython = '/usr/bin/python3';
const packages = 'usr/lib/python3/dist-packages';

/** Returns Swift, fetching the Debian packages that the machine has not; throws with the remedy. */
export async function ensureSwiftProgram(note?: (text: string) => void): Promise<SwiftProgram> {
  const noted = note ? { note } : {};
  const memcached = await ensureProgram({ name: 'memcached', debianPackage: 'memcached', ...noted });
  if (existsSync(join('/', packages, 'swift/proxy/server.py'))) return { ...pythonOf('/'), memcached };
  const options = { debianPackage, afterUnpack: compile, ...noted };
  const root = await ensurePackage(options).catch((error: unknown) => {
    const remedy = `install it ("apt-get install ${debianPackage}")`;
    throw new Error(`OpenStack Swift was not found and could not be fetched: ${remedy}`, { cause: error });
  });
  return { ...pythonOf(root), memcached };
}

/** Whether files in `directory` can have extended attributes, in which Swift keeps what it knows of an object. */
export async function keepsAttributes(directory: string): Promise<boolean> {
  const { python, env } = await ensureSwiftProgram();
  const probe =
    'import os, sys; os.setxattr(sys.argv[1], "user.pochtar", b""); os.removexattr(sys.argv[1], "user.pochtar")';
  return run(python, ['-c', probe, directory], { env }).then(
    () => true,
    () => false,
  );
}

function pythonOf(root: string): Pick<SwiftProgram, 'python' | 'env'> {
  const env = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', TZ: 'UTC' };
  if (root === '/') return { python: systemPython, env };
  const libraries = librariesOf(root);
  const paths = { PYTHONPATH: join(root, packages), LD_LIBRARY_PATH: libraries.join(':') };
  // An OpenSSL among the dependencies looks for its own parts where it would be installed.
  const modules = libraries.map((dir) => join(dir, 'ossl-modules')).find((dir) => existsSync(dir));
  const openssl = modules ? { OPENSSL_MODULES: modules } : {};
  return { python: pythonFor(root), env: { ...env, ...paths, ...openssl } };
}

function pythonFor(root: string): string {
  if (existsSync(systemPython)) return systemPython;
  // A machine without Python got it with what Swift depends on.
  const bin = join(root, 'usr/bin');
  const name = existsSync(bin) ? readdirSync(bin).find((file) => /^python3\.\d+$/.test(file)) : undefined;
  if (!name) throw new Error(`there is no ${systemPython}: install it ("apt-get install python3")`);
  return join(bin, name);
}

/** The servers may not write beside the modules, and would compile each of them at every start. */
async function compile(root: string): Promise<void> {
  const { python, env } = pythonOf(root);
  await run(python, ['-m', 'compileall', '-q', join(root, packages)], { env, timeout: 120_000 });
}
