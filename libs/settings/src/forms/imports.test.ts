import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

/** Everything that a file imports, types too, and what that imports. */
function reached(path: string, seen = new Map<string, string[]>()): Map<string, string[]> {
  if (seen.has(path)) return seen;
  const source = readFileSync(path, 'utf8');
  const imports = [...source.matchAll(/\bfrom '([^']+)'|\bimport\(?'([^']+)'/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
  seen.set(path, imports);
  for (const one of imports.filter((name) => name.startsWith('.'))) reached(join(dirname(path), one), seen);
  return seen;
}

test('what the browser imports reaches no package, no module of Node and nothing of the catalogue', () => {
  const files = reached(join(import.meta.dirname, 'index.ts'));
  expect([...files.values()].flat().filter((name) => !name.startsWith('.'))).toEqual([]);
  const outside = [...files.keys()].filter((path) => dirname(path) !== import.meta.dirname);
  expect(outside).toEqual([join(import.meta.dirname, '../text.ts')]);
  expect(files.size).toBeGreaterThan(4);
  for (const path of files.keys()) expect(readFileSync(path, 'utf8')).not.toMatch(/\b(Buffer|process)\./);
});
