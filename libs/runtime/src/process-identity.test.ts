import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isSameProcess, processIdentity } from './process-identity.ts';

test('a process is known by its number and its start, and by no other start', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const identity = processIdentity(pid);
  expect(isSameProcess(pid, identity)).toBe(true);
  expect(isSameProcess(process.pid, identity)).toBe(false);
  for (const unknown of [null, undefined, '', `${identity}0`])
    expect(isSameProcess(pid, unknown)).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isSameProcess(pid, identity)).toBe(false);
  expect(processIdentity(pid)).toBeNull();
});
