import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './repository.ts';

// One mail can be read in one sitting: about two hours at a thousand lines an hour. Where the way has grown beyond,
// a file on it does too much, or the page names what lies beside the way.
const MAX_LINES = 2000;
const MAX_FILES = 16;

const page = readFileSync(join(root, 'docs/one-mail.md'), 'utf8');
const targets = [...page.matchAll(/\]\(([^)#\s]+)/g)].map(([, target = '']) => target);
// SQL files are the shape of what the code says, and are looked up rather than read.
const files = [...new Set(targets)].filter((target) => target.startsWith('../') && target.endsWith('.ts'));

test('the way of one mail can be read in one sitting; every file that docs/one-mail.md links is there', () => {
  const lengths = files.map((file) => readFileSync(join(root, 'docs', file), 'utf8').split('\n').length - 1);
  const lines = lengths.reduce((sum, length) => sum + length, 0);
  expect(files.length, 'docs/one-mail.md links no code').toBeGreaterThan(0);
  expect(files.length, `it leads through too many files: ${files.join(', ')}`).toBeLessThanOrEqual(MAX_FILES);
  const list = files.map((file, at) => `${file} ${lengths[at]}`).join(', ');
  expect(lines, `it has grown too long: ${list}`).toBeLessThanOrEqual(MAX_LINES);
});
