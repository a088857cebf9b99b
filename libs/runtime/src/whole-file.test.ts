import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { readFacts, writeWhole } from './whole-file.ts';

const pidOf = ({ pid }: Record<string, unknown>): number | undefined =>
  typeof pid === 'number' ? pid : undefined;

test('a file is replaced whole, for its owner only, and nothing is left beside it', () => {
  using dir = temporaryDirectory();
  const file = join(dir.path, 'facts.json');
  writeFileSync(file, 'x'.repeat(10_000), { mode: 0o644 });
  writeWhole(file, '{"pid":7}');
  expect(readFileSync(file, 'utf8')).toBe('{"pid":7}');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir.path)).toEqual(['facts.json']);
  expect(() => writeWhole(join(dir.path, 'nowhere', 'facts.json'), '')).toThrow(/ENOENT/);
});

test('facts that are absent, cut off or of another shape are none', () => {
  using dir = temporaryDirectory();
  const file = join(dir.path, 'facts.json');
  expect(readFacts(file, pidOf)).toBeUndefined();
  for (const text of ['', '{"pid":', 'null', '7', '[{"pid":7}]', '{"pid":"7"}', '\0\0\0']) {
    writeFileSync(file, text);
    expect(readFacts(file, pidOf), text).toBeUndefined();
  }
  writeFileSync(file, '{"pid":7}');
  expect(readFacts(file, pidOf)).toBe(7);
});
