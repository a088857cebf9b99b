import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sectionNames } from './catalogue.ts';
import { settingsReference } from './reference.ts';

test.each(['ru', 'en'] as const)(
  'docs/reference/settings.%s.md is what the catalogue makes of it',
  (language) => {
    const file = new URL(`../../../docs/reference/settings.${language}.md`, import.meta.url);
    const isFresh = readFileSync(file, 'utf8') === settingsReference(language);
    expect(isFresh, 'stale: run node libs/settings/reference-main.ts').toBe(true);
  },
);

test('the reference has every section', () => {
  for (const name of sectionNames) expect(settingsReference('en')).toContain(`### \`${name}\`: `);
});
