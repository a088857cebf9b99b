// The entry point of the container of NATS, with invented programs in place of the server, of wget and of df.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';

const script = join(import.meta.dirname, '../../nats/start.sh');

const programs = {
  'nats-server': `echo "$$ $*" > started; trap 'echo asked > ended; exit 0' TERM; while :; do sleep 0.05; done`,
  // What the server says of itself: the files are there, or not.
  wget: `echo look >> looks; case "$*" in *healthz*) [ -e works ];; *varz*) [ -e answers ];; esac`,
  df: `echo Filesystem; echo "/dev/x 9 9 $(cat room) 9% /data"`,
};

interface Container extends Disposable {
  child: ChildProcess;
  ended: Promise<[number | null, NodeJS.Signals | null]>;
  is: (state: { works: boolean; answers: boolean; room: number }) => void;
  file: (name: string) => string;
  /** Resolves after so many more looks at the server. */
  looks: (more: number) => Promise<void>;
}

function start(): Container {
  const dir = temporaryDirectory();
  const below = (name: string): string => join(dir.path, name);
  const file = (name: string): string => (existsSync(below(name)) ? readFileSync(below(name), 'utf8') : '');
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(below(name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  const is: Container['is'] = ({ room, ...answers }) => {
    writeFileSync(below('room'), String(room));
    for (const [name, isSo] of Object.entries(answers)) {
      if (isSo) writeFileSync(below(name), '');
      else rmSync(below(name), { force: true });
    }
  };
  is({ works: true, answers: true, room: 1_000_000 });
  const child = spawn('/bin/sh', [script, '-c', 'nats.conf'], {
    cwd: dir.path,
    env: { PATH: `${dir.path}:${process.env['PATH']}`, LOOK_SECONDS: '0.05' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit') as Container['ended'];
  const count = (): number => file('looks').length;
  const looks = async (more: number): Promise<void> => {
    const before = count();
    await eventually(() => count() >= before + more * 'look\n'.length);
  };
  return {
    ...{ child, ended, is, file, looks },
    [Symbol.dispose]() {
      const [pid = ''] = file('started').split(' ');
      if (child.exitCode === null && child.signalCode === null && Number(pid) > 1) {
        process.kill(Number(pid), 'SIGKILL');
        child.kill('SIGKILL');
      }
      dir[Symbol.dispose]();
    },
  };
}

test('a server whose JetStream is stuck is ended, and the container with it, so that Docker starts it again', async () => {
  using container = start();
  await container.looks(5);
  expect(container.file('started')).toMatch(/^\d+ -c nats\.conf\n$/);
  container.is({ works: false, answers: true, room: 1_000_000 });
  const [code] = await container.ended;
  expect(code).toBe(137);
  // Killed: it would wait for its lock.
  expect(container.file('ended')).toBe('');
});

test.each([
  ['whose disk is still full', { works: false, answers: true, room: 100 }],
  ['that answers nothing at all', { works: false, answers: false, room: 1_000_000 }],
])('a server %s is left alone', async (_, state) => {
  using container = start();
  container.is(state);
  await container.looks(12);
  expect(container.child.exitCode).toBeNull();
  container.is({ works: true, answers: true, room: 1_000_000 });
  await container.looks(3);
  expect(container.child.exitCode).toBeNull();
});

test('what asks the container to end asks the server, and its end is waited for', async () => {
  using container = start();
  await container.looks(1);
  container.child.kill('SIGTERM');
  expect(await container.ended).toEqual([0, null]);
  expect(container.file('ended')).toBe('asked\n');
});
