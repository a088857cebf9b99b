// Brings an installation to this version, in the order in which the parts need each other: schema, passwords of
// the roles, first settings and volume, streams. Every step may be repeated; nothing that is there is changed.
import { randomUUID } from 'node:crypto';
import { connectBus, ensureStreams } from '@pochtar/bus';
import { createLogger, type Logger } from '@pochtar/runtime';
import { ensureFirstVolume, markFirstVolume } from '@pochtar/store/blob';
import { type Database, openDatabase } from '@pochtar/store/db';
import { migrate } from '@pochtar/store/migrate';
import {
  isOurMasterKey,
  type MasterKey,
  putSecret,
  readMasterKey,
  readSecret,
  seedSections,
} from '@pochtar/store/settings';
import type { Config } from './config.ts';
import { type FirstSettings, readFirstSettings } from './first-settings.ts';
import { setRolePasswords } from './role-passwords.ts';

/** Throws with the reason when a step cannot be done; the next run goes on from there. */
export async function bringUp(config: Config): Promise<void> {
  const log = createLogger({ name: 'migrate', instance: randomUUID(), level: config.POCHTAR_LOG_LEVEL });
  const passwordFile = config.POCHTAR_POSTGRES_PASSWORD_FILE;
  const access = { url: config.POCHTAR_POSTGRES_URL, ...(passwordFile && { passwordFile }) };
  const first = await readFirstSettings(config.POCHTAR_FIRST_SETTINGS_FILE);

  const applied = await migrate(access, (message) => log.info(message));
  log.info({ applied: applied.length }, 'the schema is up to date');

  await using db = openDatabase({ ...access, max: 1, applicationName: 'migrate' });
  const key = await checkedMasterKey(db, config.POCHTAR_MASTER_KEY_FILE);
  const roles = await setRolePasswords(db, config.POCHTAR_SECRETS_DIR);
  log.info({ roles }, 'program roles may log in');

  const made = await seedSections(db, first.settings);
  log.info({ sections: made }, 'settings have their first documents');
  if (first.volume) {
    const isNew = await firstVolume(db, first.volume, key, log);
    log.info({ volume: first.volume.name, isNew }, 'there is a volume for mail');
  }

  await using bus = await connectBus({
    url: config.POCHTAR_NATS_URL,
    user: config.POCHTAR_NATS_USER,
    passwordFile: config.POCHTAR_NATS_PASSWORD_FILE,
    name: 'migrate',
    log,
  });
  await ensureStreams(await bus.manager(), config.POCHTAR_STREAM_REPLICAS);
  log.info('the streams are in place');
}

/** What cannot be done, and what a person has to do: there is nothing more to say. */
export class Refused extends Error {
  override name = 'Refused';
}

/** With another key every process would start, and none could read a certificate or a password. */
async function checkedMasterKey(db: Database, file: string | undefined): Promise<MasterKey | null> {
  if (file === undefined) return null;
  const key = await readMasterKey(file);
  if (await isOurMasterKey(db, key)) return key;
  throw new Refused(
    `${file} is not the master key of this installation: private keys and stored passwords are sealed with another one. ` +
      'Put that one back from the backup. Without one: "./pochtar secrets renew-master-key" makes a new key, removes what ' +
      'only the lost one opens, and says what has to be entered again; no mail is lost by it',
  );
}

/** Returns whether it was made just now. */
async function firstVolume(
  db: Database,
  { secretKey, ...volume }: NonNullable<FirstSettings['volume']>,
  key: MasterKey | null,
  log: Logger,
): Promise<boolean> {
  const made = await ensureFirstVolume(db, volume);
  const [row] = await db.query<{ id: number }>({
    text: 'select id from store.volume where name = $1',
    values: [volume.name],
  });
  if (row && key !== null && secretKey !== undefined) {
    const name = `volume.${row.id}`;
    // It goes with a master key that is renewed.
    if ((await readSecret(db, key, name)) === null) await putSecret(db, key, name, secretKey);
  }
  if (made === null) return false;
  try {
    await markFirstVolume(db, { ...volume, id: made, ...(secretKey && { secretKey }) });
  } catch (error) {
    // An object store that is not up yet: whoever opens a volume that never had a mark and holds nothing gives it one.
    log.warn({ err: error, volume: volume.name }, 'the volume gets its mark when it can be reached');
  }
  return true;
}
