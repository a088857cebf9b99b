// Writes docs/reference/openapi.json from the contract.
import { writeFileSync } from 'node:fs';
import { openApi } from './src/openapi/document.ts';
import { ownVersion } from './src/own-version.ts';

writeFileSync(
  new URL('../../docs/reference/openapi.json', import.meta.url),
  `${JSON.stringify(openApi(ownVersion()), null, 1)}\n`,
);
