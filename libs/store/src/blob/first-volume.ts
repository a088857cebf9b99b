// The volume that a new installation starts with.
import { mkdir } from 'node:fs/promises';
import type { Database } from '../db.ts';
import { Volumes } from './volumes.ts';

export interface NewVolume {
  name: string;
  kind: 'directory' | 's3';
  /** {path} or {endpoint, port, useSsl, bucket, region, accessKey} */
  config: Record<string, unknown>;
}

/** Adds the volume when the installation has none at all; answers its id, or null when there was one already. */
export async function ensureFirstVolume(db: Database, volume: NewVolume): Promise<number | null> {
  return db.transaction(async (tx) => {
    await tx.query({ text: 'lock table store.volume in share row exclusive mode' });
    const rows = await tx.query<{ id: number }>({
      text: `insert into store.volume (name, kind, config)
        select $1, $2, $3 where not exists (select from store.volume) returning id`,
      values: [volume.name, volume.kind, JSON.stringify(volume.config)],
    });
    return rows[0]?.id ?? null;
  });
}

/** Makes the directory of a volume that was added just now where it is missing, and marks the volume as ours. */
export async function markFirstVolume(
  db: Database,
  volume: NewVolume & { id: number; secretKey?: string },
): Promise<void> {
  const { path } = volume.config;
  // Not its parents: one that is missing is a disk that is not mounted.
  if (volume.kind === 'directory' && typeof path === 'string') {
    await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
  const secretFor = (): Promise<string> => Promise.resolve(volume.secretKey ?? '');
  await using volumes = new Volumes({ db, secretFor });
  await volumes.byId(volume.id);
}
