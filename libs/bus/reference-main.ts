// Writes docs/reference/events.md from the subjects; with --print it says what it would write (`pochtar check`).
import { writeFileSync } from 'node:fs';
import { eventsReference } from './src/reference.ts';

const pages = { 'docs/reference/events.md': eventsReference() };
if (process.argv.includes('--print')) process.stdout.write(JSON.stringify(pages));
else
  for (const [path, text] of Object.entries(pages))
    writeFileSync(new URL(`../../${path}`, import.meta.url), text);
