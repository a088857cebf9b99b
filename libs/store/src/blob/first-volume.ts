// The volume that a new installation starts with.
import type { Database } from '../db.ts';

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
