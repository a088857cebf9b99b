// What a new installation starts with, when the migrate program has not written it already.
import { domainName, type GeneralSettings } from '@pochtar/settings';
import type { Database } from '@pochtar/store/db';
import { lockSections, seedSections, writeSection } from '@pochtar/store/settings';

const AUTHOR = 'first start';

/** Every section has a row afterwards, and the server introduces itself by the name of its machine. */
export async function firstStart(db: Database, hostName: string): Promise<void> {
  await seedSections(db, {}, AUTHOR);
  const name = domainName(hostName);
  if (name === undefined || name === 'localhost') return;
  await db.transaction(async (tx) => {
    const row = (await lockSections(tx)).get('general');
    const document = row?.document as GeneralSettings | undefined;
    // Once somebody has chosen, or could have, the name stays.
    if (row?.revision !== 1 || row.author !== AUTHOR || document?.heloName !== 'localhost') return;
    await writeSection(tx, { section: 'general', document: { ...document, heloName: name }, author: AUTHOR });
  });
}
