// Every setting that can be changed is proved to have its effect, and nothing that has none is said to.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeCatalogue } from '../src/describe.ts';
import { inConsole, missing, mostMissing, proofs } from './coverage.ts';
import { coveragePage } from './coverage-page.ts';

const root = join(import.meta.dirname, '../../..');
const sections = describeCatalogue();
const pathsOf = (isAvailable: boolean): string[] =>
  sections.flatMap(({ name, fields, secrets }) => [
    ...fields.filter((field) => field.isAvailable === isAvailable).map((field) => `${name}.${field.name}`),
    ...(isAvailable ? secrets.map((secret) => `${name}.${secret.name}`) : []),
  ]);
const claimed = new Map(Object.entries(proofs));

test('every field that is available has a test of its effect, or stands among those that lack one', () => {
  const known = new Set<string>([...claimed.keys(), ...missing]);
  expect(pathsOf(true).filter((path) => !known.has(path))).toEqual([]);
  expect(missing.filter((path) => claimed.has(path))).toEqual([]);
});

test('those that lack one get fewer', () => {
  expect(missing.length, `without a test of their effect: ${missing.join(', ')}`).toBe(mostMissing);
});

test('a field that nothing acts on in this version claims no test', () => {
  expect(pathsOf(false).filter((path) => claimed.has(path))).toEqual([]);
});

test.each([...claimed].map(([path, [file, title]]) => [path, file, title] as const))(
  '%s is proved in %s',
  (_, file, title) => {
    expect(existsSync(join(root, file)), 'the file is there').toBe(true);
    const text = readFileSync(join(root, file), 'utf8');
    const written = file.endsWith('.txt')
      ? text.split('\n').includes(title)
      : [`'${title}'`, `"${title}"`, `\`${title}\``].some((quoted) => text.includes(quoted));
    expect(written, `no test has the title: ${title}`).toBe(true);
  },
);

test('a browser sets every available field of the three tabs, except where there is nothing to choose', () => {
  const rows = inConsole();
  const fields = sections
    .filter(({ tab }) => tab !== 'more')
    .flatMap(({ name, fields: own }) => own.map((field) => ({ path: `${name}.${field.name}`, ...field })))
    .filter(({ isAvailable, input }) => isAvailable && (input.kind !== 'choice' || input.options.length > 1));
  expect(fields.map(({ path }) => path).filter((path) => !rows.has(path))).toEqual([]);
});

test('docs/settings-coverage.md is what the map makes of it', () => {
  const isFresh = readFileSync(join(root, 'docs/settings-coverage.md'), 'utf8') === coveragePage();
  expect(isFresh, 'stale: run node libs/settings/reference-main.ts').toBe(true);
});
