// Writes docs/reference/settings.ru.md and settings.en.md from the catalogue, and docs/settings-coverage.md from the map
// of the tests that prove its fields.
import { writeFileSync } from 'node:fs';
import { settingsReference } from './src/reference.ts';
import { coveragePage } from './tests/coverage-page.ts';

for (const language of ['ru', 'en'] as const) {
  const file = new URL(`../../docs/reference/settings.${language}.md`, import.meta.url);
  writeFileSync(file, settingsReference(language));
}
writeFileSync(new URL('../../docs/settings-coverage.md', import.meta.url), coveragePage());
