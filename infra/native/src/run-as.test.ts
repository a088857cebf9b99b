import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryDirectory } from '@pochtar/testkit';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ensureProgram } from './debian-package.ts';
import { Refusal } from './refusal.ts';
import { serviceCommand, type ServiceOptions } from './run-as.ts';
import { serviceUser } from './system-users.ts';

const user = serviceUser();
const lowPorts = 1n << 10n;

async function capabilities(program: string, options: Partial<ServiceOptions> = {}): Promise<bigint> {
  const all = { deathSignal: 'TERM' as const, user, paths: [], listens: false, ...options };
  const { command, args } = serviceCommand(program, ['/proc/self/status'], all);
  const { stdout } = await promisify(execFile)(command, args);
  expect(stdout).toMatch(new RegExp(`^Uid:\\t${user?.uid}\\t`, 'm'));
  return BigInt(`0x${/^CapEff:\t([0-9a-f]+)$/m.exec(stdout)?.[1]}`);
}

/** A program that anybody may run, with the capability for low ports of its own. */
async function withCapability(directory: string): Promise<string> {
  const setcap = await ensureProgram({ name: 'setcap', debianPackage: 'libcap2-bin' });
  vi.stubEnv('PATH', `${process.env['PATH']}:${dirname(setcap.path)}`);
  const file = join(directory, 'cat');
  copyFileSync('/bin/cat', file);
  chmodSync(file, 0o755);
  execFileSync(setcap.path, ['cap_net_bind_service=+ep', file]);
  return file;
}

afterEach(() => vi.unstubAllEnvs());

test('an ordinary user’s programs are his own', () => {
  const options = { deathSignal: 'TERM' as const, user: undefined, paths: [], listens: true };
  expect(serviceCommand('/bin/cat', ['x'], options)).toEqual({
    command: 'setpriv',
    args: ['--pdeathsig=TERM', '--', '/bin/cat', 'x'],
  });
});

describe.runIf(user)('a program that root starts', () => {
  test('keeps nothing but the capability to open low ports, where it listens', async () => {
    expect(await capabilities('/bin/cat')).toBe(0n);
    expect(await capabilities('/bin/cat', { listens: true })).toBe(lowPorts);
  });

  test('starts where its file has that capability of its own', async () => {
    using dir = temporaryDirectory();
    chmodSync(dir.path, 0o711);
    const program = await withCapability(dir.path);
    expect(await capabilities(program)).toBe(lowPorts);
    expect(await capabilities(program, { listens: true })).toBe(lowPorts);
  });

  test('passes directories that are closed to its user, and where it cannot, the remedy is named', async () => {
    using dir = temporaryDirectory();
    chmodSync(dir.path, 0o711);
    const closed = join(dir.path, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    expect(await capabilities('/bin/cat', { paths: [closed] })).not.toBe(0n);
    const file = join(closed, 'file');
    writeFileSync(file, 'text');
    const options = { deathSignal: 'TERM' as const, user, paths: [file], listens: false };
    const { command, args } = serviceCommand(process.execPath, ['-p', `fs.existsSync('${file}')`], options);
    expect((await promisify(execFile)(command, args)).stdout).toBe('true\n');
    const program = await withCapability(dir.path);
    await expect(capabilities(program, { paths: [closed] })).rejects.toThrow(Refusal);
    await expect(capabilities(program, { paths: [closed] })).rejects.toThrow(`setcap -r ${program}`);
  });
});
