// Writes docs/reference/openapi.json from the contract; with --print it says what it would write (`pochtar check`).
import { writeFileSync } from 'node:fs';
import { openApi } from './src/openapi/document.ts';
import { ownVersion } from './src/own-version.ts';

const pages = { 'docs/reference/openapi.json': `${JSON.stringify(openApi(ownVersion()), null, 1)}\n` };
if (process.argv.includes('--print')) process.stdout.write(JSON.stringify(pages));
else
  for (const [path, text] of Object.entries(pages))
    writeFileSync(new URL(`../../${path}`, import.meta.url), text);
