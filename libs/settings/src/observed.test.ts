// The catalogue promises nothing that does not happen: every field that is available is read by the code of a service
// or a library, and named by a test there. What nobody acts on is marked `notYet` in its section.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeCatalogue } from './describe.ts';
import type { FieldDescription } from './forms/description.ts';

const root = join(import.meta.dirname, '../../..');
const files = globSync('{libs,services}/*/{src,tests}/**/*.ts', {
  cwd: root,
  exclude: ['**/node_modules/**'],
})
  // These know all fields, and act on none.
  .filter(
    (path) =>
      !/^(libs\/settings\/src\/(?!listeners\.ts)|services\/(ctl|settings\/tests\/settings))/.test(path),
  )
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
const isTest = ({ path }: { path: string }): boolean => /\.test\.ts$|\/tests\//.test(path);
const code = files.filter((file) => !isTest(file));
const tests = files.filter(isTest);

const sections = describeCatalogue();
const available = sections.flatMap(({ name: section, fields }) =>
  fields
    .filter((field) => field.isAvailable && canBeChosen(field))
    .map(({ name: field }) => ({ section, field })),
);

/** A choice of one is the same whatever is chosen. */
function canBeChosen({ input }: FieldDescription): boolean {
  return input.kind !== 'choice' || input.options.length > 1;
}

/** A file speaks of a field by its name, and of its section, too, where other sections have a field of that name. */
function names(text: string, { section, field }: { section: string; field: string }): boolean {
  const isShared = available.filter((one) => one.field === field).length > 1;
  return hasWord(text, field) && (!isShared || hasWord(text, section));
}

function hasWord(text: string, word: string): boolean {
  return new RegExp(`\\b${word}\\b`).test(text);
}

const titled = available.map((place) => [`${place.section}.${place.field}`, place] as const);

test.each(titled)('%s is read by code, and its effect is tested', (_, place) => {
  expect(code.filter(({ text }) => names(text, place)).map(({ path }) => path)).not.toEqual([]);
  expect(tests.filter(({ text }) => names(text, place)).map(({ path }) => path)).not.toEqual([]);
});

test('what is marked as not available in this version is what nobody acts on yet', () => {
  const marked = sections.flatMap(({ name, fields }) =>
    fields.filter(({ isAvailable }) => !isAvailable).map((field) => `${name}.${field.name}`),
  );
  // Whoever makes one of them work takes its mark off, and this line.
  expect(marked).toEqual([
    'network.firewallRule',
    'smtpEncryption.firewallRule',
    'accessEncryption.firewallRule',
    'general.storageVolume',
    ...['retention.folders', 'retention.undeleteDays'],
  ]);
});
