import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { brokenLinks } from './doc-links.ts';

test('links to missing files are found with file and line; others, anchors and code are left alone', () => {
  using dir = temporaryDirectory();
  mkdirSync(join(dir.path, 'docs'));
  mkdirSync(join(dir.path, 'node_modules'));
  writeFileSync(join(dir.path, 'node_modules/x.md'), '[a](missing.md)');
  writeFileSync(
    join(dir.path, 'README.md'),
    '[a](docs/a.md)\n[b](docs/b.md#part) [c](#here) [d](https://x.test/y) `[e](no.md)`\n```\n[f](no.md)\n```\n',
  );
  writeFileSync(join(dir.path, 'docs/a.md'), '[up](../README.md "title")');
  writeFileSync(join(dir.path, 'docs/one-mail.md'), 'first\n`libs/mail/src/gone.ts:12`');
  expect(brokenLinks(dir.path)).toEqual([
    'README.md:2: docs/b.md does not exist',
    'docs/one-mail.md:2: libs/mail/src/gone.ts does not exist',
  ]);
});
