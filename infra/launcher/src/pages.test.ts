import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { openToRead } from './pages.ts';

test('pages that were built under a narrow umask can be read by the user that the console runs as', () => {
  using dir = temporaryDirectory();
  const assets = join(dir.path, 'assets');
  const file = join(assets, 'entry.js');
  mkdirSync(assets, { mode: 0o700 });
  writeFileSync(file, 'text', { mode: 0o600 });
  chmodSync(dir.path, 0o700);
  openToRead(dir.path);
  expect([dir.path, assets, file].map((path) => statSync(path).mode & 0o777)).toEqual([0o755, 0o755, 0o644]);
});
