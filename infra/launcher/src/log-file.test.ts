import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { LogFile } from './log-file.ts';

test('a full log moves on, the oldest goes, and a new process continues the current one', () => {
  using dir = temporaryDirectory();
  const path = join(dir.path, 'x.log');
  const options = { maxBytes: 10, keep: 2 };
  {
    using log = new LogFile(path, options);
    for (const letter of ['a', 'b', 'c', 'd']) log.write(letter.repeat(10));
  }
  using log = new LogFile(path, options);
  log.write('e');
  expect(readFileSync(path, 'utf8')).toBe('e');
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('d'.repeat(10));
  expect(readFileSync(`${path}.2`, 'utf8')).toBe('c'.repeat(10));
  expect(existsSync(`${path}.3`)).toBe(false);
});
