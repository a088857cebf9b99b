import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { unicodeBlanks } from './byte-strings.ts';

test('trim() and \\s in libs/mail are found with file and line; comments, tests and other packages are left alone', () => {
  using dir = temporaryDirectory();
  mkdirSync(join(dir.path, 'libs/mail/src'), { recursive: true });
  mkdirSync(join(dir.path, 'libs/bus/src'), { recursive: true });
  const code = 'const a = value.trim();\n// value.trim() and \\s\nconst b = /[^\\s]/.test(a.trimEnd());\n';
  for (const file of ['libs/mail/src/a.ts', 'libs/mail/src/a.test.ts', 'libs/bus/src/a.ts']) {
    writeFileSync(join(dir.path, file), code);
  }
  const rest = 'takes octets of characters for blanks: trimBlanks, [ \\t\\r\\n]';
  expect(unicodeBlanks(dir.path)).toEqual([
    `libs/mail/src/a.ts:1: .trim() ${rest}`,
    `libs/mail/src/a.ts:3: \\s ${rest}`,
    `libs/mail/src/a.ts:3: .trimEnd() ${rest}`,
  ]);
});
