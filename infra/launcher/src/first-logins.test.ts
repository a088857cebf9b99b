import { makeStateDirectories, statePaths } from './paths.ts';
import { temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { chooseFirstLogins, readFirstLogins } from './first-logins.ts';

test('log-ins of a first start are chosen once, and without the demo domain where it is not wanted', () => {
  using dir = temporaryDirectory();
  const paths = statePaths(dir.path);
  makeStateDirectories(paths);
  chooseFirstLogins(paths, { demo: false });
  const chosen = readFirstLogins(paths);
  expect(chosen).toMatchObject({ accounts: [], admin: { login: 'admin' }, made: false });
  chooseFirstLogins(paths, { demo: true });
  expect(readFirstLogins(paths)).toEqual(chosen);
});
