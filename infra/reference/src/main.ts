// `node infra/reference/src/main.ts` writes docs/rfc.md.
import { writeFileSync } from 'node:fs';
import { rfcPage } from './repository.ts';

writeFileSync(rfcPage.path, rfcPage.render());
