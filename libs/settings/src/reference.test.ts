import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sectionNames } from './catalogue.ts';
import { describeForms } from './describe.ts';
import { settingsReference } from './reference.ts';

test.each(['ru', 'en'] as const)(
  'docs/reference/settings.%s.md is what the catalogue makes of it',
  (language) => {
    const file = new URL(`../../../docs/reference/settings.${language}.md`, import.meta.url);
    const isFresh = readFileSync(file, 'utf8') === settingsReference(language);
    expect(isFresh, 'stale: run node libs/settings/reference-main.ts').toBe(true);
  },
);

test('the reference has every section with its fields, in the order of the pages', () => {
  const page = settingsReference('en');
  let at = 0;
  for (const { blocks } of describeForms().tabs) {
    for (const { columns, id } of blocks) {
      for (const row of columns.flatMap(({ rows, more, rare }) => [...rows, ...more, ...rare])) {
        for (const path of row.fields) {
          const place = page.indexOf(`\n| \`${path.split('.')[1]}\` | `, at);
          expect(place, `${path} of ${id}`).toBeGreaterThan(at);
          at = place;
        }
      }
    }
  }
  for (const name of sectionNames) expect(page).toMatch(new RegExp(`^####? \`${name}\`: `, 'm'));
  expect(page).toMatch(/^### Encryption\n\n#### `smtpEncryption`: SMTP$/m);
});
