// A whole installation brought up by the launcher in a directory of its own, as an operator would, and the
// independent programs that talk to it.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Endpoints, Instance } from '@pochtar/bench/instance';
import { ensurePackage, ensureProgram, librariesOf } from '@pochtar/native';
import { temporaryDirectory } from '@pochtar/testkit';

export interface Installation extends AsyncDisposable {
  instance: Instance;
  endpoints: Endpoints;
  /** A directory for the test's own files. */
  scratch: string;
}

/** `./pochtar up --detach`, with everything it brings; taken down when disposed of. */
export async function startInstallation(
  options: { scale?: string[]; environment?: Record<string, string> } = {},
): Promise<Installation> {
  const directory = temporaryDirectory();
  const instance = new Instance(join(directory.path, 'var'), options.environment);
  const scale = (options.scale ?? []).flatMap((pair) => ['--scale', pair]);
  try {
    await instance.pochtar(['up', '--detach', ...scale]);
  } catch (error) {
    await instance.pochtar(['down']).catch(() => undefined);
    throw error;
  }
  return {
    instance,
    endpoints: instance.endpoints(),
    scratch: directory.path,
    async [Symbol.asyncDispose]() {
      await instance.pochtar(['down']);
      directory[Symbol.dispose]();
    },
  };
}

export interface ProgramResult {
  code: number | null;
  out: string;
}

const DEBIAN_PACKAGES: Record<string, string> = {
  swaks: 'swaks',
  curl: 'curl',
  python3: 'python3',
  mbsync: 'isync',
};

/** Runs a program that knows nothing of ours, from PATH or from its Debian package. */
export async function runProgram(
  name: string,
  words: string[],
  input: string | Buffer = '',
): Promise<ProgramResult> {
  const program = await ensureProgram({ name, debianPackage: DEBIAN_PACKAGES[name] ?? name });
  const libraries = program.libraryPath ? { LD_LIBRARY_PATH: program.libraryPath } : {};
  const modules = name === 'swaks' ? { PERL5LIB: await perlTlsModules() } : {};
  const child = spawn(program.path, words, {
    env: { ...process.env, ...libraries, ...modules },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  // A program that ends early does not read its input to the end; its exit code and output tell why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, out: Buffer.concat(chunks).toString('latin1') };
}

/** Where Perl's TLS lies: swaks only recommends its package. Empty when the machine has it. */
async function perlTlsModules(): Promise<string> {
  const root = await ensurePackage({ debianPackage: 'libnet-ssleay-perl' });
  return librariesOf(root)
    .map((directory) => join(directory, 'perl5'))
    .filter((directory) => existsSync(directory))
    .flatMap((directory) => readdirSync(directory).map((version) => join(directory, version)))
    .join(':');
}

/** Runs Python source with arguments; throws with what it printed when it fails. */
export async function python(source: string, words: string[]): Promise<string> {
  const result = await runProgram('python3', ['-c', source, ...words]);
  if (result.code !== 0) throw new Error(`python: exit ${result.code}\n${result.out}`);
  return result.out;
}
