import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from '@pochtar/runtime';
import { temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { previousRunGone } from './leftovers.ts';
import { makeStateDirectories, statePaths } from './paths.ts';

test('the next start waits for a process that was left, and neither for one that has its number by now', async () => {
  using dir = temporaryDirectory();
  const paths = statePaths(dir.path);
  makeStateDirectories(paths);
  const [left, stranger] = [spawn('sleep', ['2']), spawn('sleep', ['600'])];
  await Promise.all([once(left, 'spawn'), once(stranger, 'spawn')]);
  const write = (name: string, facts: object): void =>
    writeFileSync(
      join(paths.run, `${name}.json`),
      JSON.stringify({ name, health: 'http://127.0.0.1:1', ...facts }),
    );
  write('imap', { pid: left.pid, identity: processIdentity(left.pid ?? 0) });
  write('smtp', { pid: stranger.pid, identity: 'another boot 7' });
  write('pop3', { pid: stranger.pid });
  await previousRunGone(paths);
  expect(processIdentity(left.pid ?? 0) ?? left.exitCode).toBe(0);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  expect(readdirSync(paths.run).filter((name) => name.endsWith('.json'))).toEqual(['pop3.json']);
  stranger.kill();
});
