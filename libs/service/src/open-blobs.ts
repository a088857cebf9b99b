// The bodies: new packs go to the volume that the settings name, and the key of a bucket is read when it is needed.
import type { ProcessEnv, ServiceContext } from '@pochtar/runtime';
import { type BlobStore, openBlobStore } from '@pochtar/store/blob';
import type { Database } from '@pochtar/store/db';
import { readMasterKey, readSecret } from '@pochtar/store/settings';
import type { CurrentSettings } from './open-service.ts';

/** Opens no volume by itself. `db`: never the pool of transactions that wait for a body, they would wait for each other. */
export function openBlobs(
  config: ProcessEnv,
  { instance, log }: ServiceContext,
  { db, settings }: { db: Database; settings: CurrentSettings<'general'> },
): Promise<BlobStore> {
  return openBlobStore({
    db,
    instance,
    log,
    volumeId: () => Number(settings.current('general').storageVolume) || undefined,
    secretFor: async (volumeId) => {
      const key = await readMasterKey(config.POCHTAR_MASTER_KEY_FILE);
      const secret = await readSecret(db, key, `volume.${volumeId}`);
      if (secret === null) throw new Error(`the key of storage volume ${volumeId} is not set`);
      return secret;
    },
  });
}
