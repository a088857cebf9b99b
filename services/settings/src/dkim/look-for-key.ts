// Looks for the record of a key in the DNS, and lets an automatic key that is there sign: from then on mail leaves with it,
// and the key of before only stays published.
import {
  findDkimKey,
  type DkimKey,
  type DkimKeyFound,
  activateDkimKey,
  noteDkimKeyFound,
} from '@pochtar/store/directory';
import { readSections } from '@pochtar/store/settings';
import type { Context } from '../context.ts';
import { LookUp, type LookUpOptions } from '../dns/lookup.ts';
import { storedSettings } from '../stored-settings.ts';
import { foundOf, recordName } from './key-record.ts';

const DAY_MINUTES = 1440;
/** After the last attempt to send a mail somebody has still to verify it. */
const SPARE_DAYS = 3;

/** The key as it is afterwards; null: it has gone meanwhile. */
export async function lookForKey(
  context: Context,
  { id, domain, selector, algorithm, publicKey }: DkimKey,
  dns: LookUpOptions,
): Promise<DkimKey | null> {
  const lookUp = new LookUp(dns);
  await lookUp.findServers(domain);
  const answer = await lookUp.ask('TXT', recordName(selector, domain));
  return noteFound(context, { id, domain, selector }, foundOf(answer, { algorithm, publicKey }));
}

export async function noteFound(
  context: Context,
  { id, domain, selector }: Pick<DkimKey, 'id' | 'domain' | 'selector'>,
  found: DkimKeyFound,
): Promise<DkimKey | null> {
  await noteDkimKeyFound(context.db, id, found);
  const key = await findDkimKey(context.db, 'all', domain, selector);
  if (key?.state !== 'published' || !key.isAutomatic) return key;
  await activate(context, key.id);
  return findDkimKey(context.db, 'all', domain, selector);
}

/** False: it has gone, or signs already. */
export async function activate({ db }: Context, id: number): Promise<boolean> {
  const keepDays = await daysToKeep(db);
  return db.transaction((tx) => activateDkimKey(tx, id, keepDays));
}

/** For as long as mail that is signed today may be on its way. */
export async function daysToKeep(db: Context['db']): Promise<number> {
  const rows = new Map((await readSections(db, ['queue'])).map((row) => [row.name, row]));
  const { maxLifetimeMinutes } = storedSettings(rows).queue;
  return Math.ceil(maxLifetimeMinutes / DAY_MINUTES) + SPARE_DAYS;
}
