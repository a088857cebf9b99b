// `node infra/reference/src/main.ts` writes docs/rfc.md; with --print it says what it would write (`pochtar check`).
import { writeFileSync } from 'node:fs';
import { rfcPage } from './repository.ts';

if (process.argv.includes('--print'))
  process.stdout.write(JSON.stringify({ 'docs/rfc.md': rfcPage.render() }));
else writeFileSync(rfcPage.path, rfcPage.render());
