// Which master key is the installation's: a text sealed with it lies in the database. Asked by the program migrate before
// anything else starts, so that a lost key is not taken for a new installation's. Only the owner may ask.
import type { Database, Queryable } from '../db.ts';
import { removeDkimKeys } from '../directory/dkim-keys.ts';
import { disableRoutesWithPassword } from '../queue/domain-routes.ts';
import { type MasterKey, openSecret, sealSecret } from './secrets.ts';

const NAME = 'master-key';
const TEXT = 'the master key of this installation';

/** Whether `key` is the one that secrets are sealed with. A new installation takes the first that it is asked about. */
export async function isOurMasterKey(db: Database, key: MasterKey): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [known] = await tx.query<{ sealed: Buffer }>({ text: 'select sealed from settings.master_key' });
    if (known) return opens(key, NAME, known.sealed);
    // An installation that is older than the check: the key has to open what there is.
    const [other] = await tx.query<{ name: string; sealed: Buffer }>({
      text: `select name, ciphertext as sealed from settings.secret
        union all select 'certificate.' || id, key_ciphertext from settings.certificate limit 1`,
    });
    if (other && !opens(key, other.name, other.sealed)) return false;
    await remember(tx, key);
    return true;
  });
}

export interface RemovedSecrets {
  secrets: string[];
  certificates: { id: string; name: string; origin: 'generated' | 'imported' }[];
  dkimKeys: { domain: string; selector: string }[];
  /** Domains whose routes lost their passwords, and are switched off. */
  routes: string[];
}

/** Makes `key` the installation's and removes what only the one of before opens. Answers what that was. */
export async function adoptMasterKey(db: Database, key: MasterKey): Promise<RemovedSecrets> {
  return db.transaction(async (tx) => {
    const secrets = await tx.query<{ name: string }>({ text: 'delete from settings.secret returning name' });
    const certificates = await tx.query<RemovedSecrets['certificates'][number]>({
      text: 'delete from settings.certificate returning id, name, origin',
    });
    const dkimKeys = await removeDkimKeys(tx);
    const routes = await disableRoutesWithPassword(tx);
    await remember(tx, key);
    return { secrets: secrets.map(({ name }) => name), certificates, dkimKeys, routes };
  });
}

async function remember(tx: Queryable, key: MasterKey): Promise<void> {
  await tx.query({
    text: `insert into settings.master_key (sealed) values ($1)
      on conflict (is_only) do update set sealed = excluded.sealed, since = now()`,
    values: [sealSecret(key, NAME, TEXT)],
  });
}

function opens(key: MasterKey, name: string, sealed: Buffer): boolean {
  try {
    openSecret(key, name, sealed);
    return true;
  } catch {
    return false;
  }
}
