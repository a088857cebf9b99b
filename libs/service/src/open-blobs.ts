// The bodies. All new packs go to the first volume: general.storageVolume, a volume's name, is not available before
// there is a move of what is stored. The key of a bucket is read when it is needed.
import type { ProcessEnv, ServiceContext } from '@pochtar/runtime';
import { type BlobStore, openBlobStore } from '@pochtar/store/blob';
import type { Database } from '@pochtar/store/db';
import { readMasterKey, readSecret } from '@pochtar/store/settings';

const LOOK_EVERY_MS = 5_000;

/** It is ready while its volumes are there and ours, and keeps looking. `db`: never the pool of transactions that wait for a body, they would wait for each other. */
export async function openBlobs(
  config: ProcessEnv,
  { instance, log, health }: ServiceContext,
  {
    db,
    watched = false,
  }: {
    db: Database;
    /** The caller reports on the volume himself (VolumeWatch): one part of the health has one reporter. */
    watched?: boolean;
  },
): Promise<BlobStore> {
  const blobs = await openBlobStore({
    db,
    instance,
    log,
    secretFor: async (volumeId) => {
      const key = await readMasterKey(config.POCHTAR_MASTER_KEY_FILE);
      const secret = await readSecret(db, key, `volume.${volumeId}`);
      if (secret === null) throw new Error(`the key of storage volume ${volumeId} is not set`);
      return secret;
    },
  });
  if (watched) return blobs;
  const stop = reportVolumes(blobs, health);
  return {
    ...blobs,
    [Symbol.asyncDispose]: async () => {
      stop();
      await blobs[Symbol.asyncDispose]();
    },
  };
}

function reportVolumes(blobs: BlobStore, health: ServiceContext['health']): () => void {
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    try {
      await blobs.look();
      health.report('volume', null);
    } catch (error) {
      health.report('volume', (error as Error).message);
    }
    isLooking = false;
  };
  health.report('volume', 'it was not looked at yet');
  void look();
  const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  return () => clearInterval(timer);
}
