// Writes docs/reference/settings.ru.md and settings.en.md from the catalogue.
import { writeFileSync } from 'node:fs';
import { settingsReference } from './src/reference.ts';

for (const language of ['ru', 'en'] as const) {
  const file = new URL(`../../docs/reference/settings.${language}.md`, import.meta.url);
  writeFileSync(file, settingsReference(language));
}
