import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import {
  AlreadyUp,
  askSupervisor,
  type ControlRequest,
  findSupervisor,
  listenForControl,
} from './control.ts';
import { makeStateDirectories, statePaths } from './paths.ts';

const answer = async (request: ControlRequest) => ({ restarted: [request.command] });

test('commands reach the supervisor, only its owner may ask, and a second one is refused', async () => {
  using dir = temporaryDirectory();
  const paths = statePaths(dir.path);
  makeStateDirectories(paths);
  expect(await askSupervisor(paths, { command: 'status' })).toBeUndefined();
  const control = await listenForControl(paths, answer);
  expect(await askSupervisor(paths, { command: 'status' })).toEqual({ restarted: ['status'] });
  expect(await findSupervisor(paths)).toMatchObject({ pid: process.pid });
  expect(statSync(join(paths.run, 'control.sock')).mode & 0o777).toBe(0o600);
  await expect(listenForControl(paths, answer)).rejects.toThrow(AlreadyUp);
  await control[Symbol.asyncDispose]();
  expect(await findSupervisor(paths)).toBeUndefined();
});

test('what a killed supervisor left behind does not keep the next one from starting', async () => {
  using dir = temporaryDirectory();
  const paths = statePaths(dir.path);
  makeStateDirectories(paths);
  const socket = join(paths.run, 'control.sock');
  writeFileSync(socket, '');
  writeFileSync(join(paths.run, 'supervisor.json'), JSON.stringify({ pid: 1, socket }));
  await using control = await listenForControl(paths, answer);
  expect(control).toBeDefined();
  expect(await askSupervisor(paths, { command: 'down' })).toEqual({ restarted: ['down'] });
});

test('a state directory whose path is too long for a socket works as well', async () => {
  using dir = temporaryDirectory();
  const deep = join(dir.path, 'x'.repeat(100));
  mkdirSync(deep);
  const paths = statePaths(deep);
  makeStateDirectories(paths);
  await using control = await listenForControl(paths, answer);
  expect(control).toBeDefined();
  expect(await askSupervisor(paths, { command: 'status' })).toEqual({ restarted: ['status'] });
});
