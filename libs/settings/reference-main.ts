// Writes docs/reference/settings.ru.md and settings.en.md from the catalogue, and docs/settings-coverage.md from the map
// of the tests that prove its fields; with --print it says what it would write (`pochtar check`).
import { writeFileSync } from 'node:fs';
import { settingsReference } from './src/reference.ts';
import { coveragePage } from './tests/coverage-page.ts';

const pages = {
  'docs/reference/settings.ru.md': settingsReference('ru'),
  'docs/reference/settings.en.md': settingsReference('en'),
  'docs/settings-coverage.md': coveragePage(),
};
if (process.argv.includes('--print')) process.stdout.write(JSON.stringify(pages));
else
  for (const [path, text] of Object.entries(pages))
    writeFileSync(new URL(`../../${path}`, import.meta.url), text);
