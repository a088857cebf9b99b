// Brings an installation to this version, in the order in which the parts need each other: schema, passwords of
// the roles, first settings and volume, streams. Every step may be repeated; nothing that is there is changed.
import { randomUUID } from 'node:crypto';
import { connectBus, ensureStreams } from '@pochtar/bus';
import { createLogger } from '@pochtar/runtime';
import { ensureFirstVolume } from '@pochtar/store/blob';
import { openDatabase } from '@pochtar/store/db';
import { migrate } from '@pochtar/store/migrate';
import { putSecret, readMasterKey, seedSections } from '@pochtar/store/settings';
import type { Config } from './config.ts';
import { readFirstSettings } from './first-settings.ts';
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
  const roles = await setRolePasswords(db, config.POCHTAR_SECRETS_DIR);
  log.info({ roles }, 'program roles may log in');

  const made = await seedSections(db, first.settings);
  log.info({ sections: made }, 'settings have their first documents');
  if (first.volume) {
    const { secretKey, ...volume } = first.volume;
    const id = await ensureFirstVolume(db, volume);
    if (id !== null && secretKey !== undefined) {
      await putSecret(db, await readMasterKey(config.POCHTAR_MASTER_KEY_FILE), `volume.${id}`, secretKey);
    }
    log.info({ volume: volume.name, isNew: id !== null }, 'there is a volume for mail');
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
