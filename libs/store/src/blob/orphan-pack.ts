// Packs whose writer is gone: found by their rows, sealed at the end of what was ever acknowledged.
import type { Queryable } from '../db.ts';
import { PackTable } from './pack-table.ts';
import { PACK_LIMITS } from './pack-writer.ts';
import type { Volume } from './volume.ts';
import type { VolumeSource } from './volumes.ts';
import { verifyPack } from './verify-pack.ts';

/** A pack is made, and its first references committed, in less than this. */
const YOUNG_MS = 600_000;

export interface OrphanSearch {
  db: Queryable;
  now: Date;
  /** The instance ids of all processes that are alive, where that is known for certain. */
  liveWriters?: readonly string[];
  limit?: number;
}

/**
 * Ids of unsealed packs that nobody writes any more: those opened twice as long ago as a writer keeps a pack
 * (true whatever the writer does), and, where `liveWriters` is given, those of other writers.
 */
export async function findOrphanPacks({
  db,
  now,
  liveWriters,
  limit = 100,
}: OrphanSearch): Promise<string[]> {
  const old = new Date(now.getTime() - 2 * PACK_LIMITS.packAgeMs);
  const young = new Date(now.getTime() - YOUNG_MS);
  const rows = await db.query<{ id: string }>({
    name: 'blob-orphan-packs',
    text: `select id from store.pack where not sealed
      and (created_at < $1 or (created_at < $2 and writer <> all ($3::uuid[])))
      order by created_at limit $4`,
    values: [old, young, liveWriters ?? null, limit],
  });
  return rows.map(({ id }) => id);
}

export type SealOutcome =
  /** Sealed; `damaged` bodies are referred to and do not have their hash, or lie behind the file's end. */
  | { kind: 'sealed'; size: number; records: number; damaged: number }
  /** Somebody sealed or removed it meanwhile. */
  | { kind: 'not open' }
  /** The volume does not have it. Its row is removed unless contents refer to it: then bodies are lost. */
  | { kind: 'missing'; contents: number };

/** Seals a pack that nobody writes any more, up to its last whole record and never below a referenced body. */
export async function sealOrphanPack(
  db: Queryable,
  volumes: VolumeSource,
  packId: string,
): Promise<SealOutcome> {
  const [pack] = await db.query<{ volume_id: number; sealed: boolean }>({
    name: 'blob-orphan-pack',
    text: 'select volume_id, sealed from store.pack where id = $1',
    values: [packId],
  });
  if (!pack || pack.sealed) return { kind: 'not open' };
  const volume = await volumes.byId(pack.volume_id);
  const stored = await volume.packSize(packId);
  const referenced = await referencedIn(db, packId);
  if (stored === null) {
    if (referenced.contents === 0) await removeRow(db, packId);
    return { kind: 'missing', contents: referenced.contents };
  }
  return sealAt(db, volume, packId, stored, referenced);
}

async function sealAt(
  db: Queryable,
  volume: Volume,
  packId: string,
  stored: number,
  referenced: Referenced,
): Promise<SealOutcome> {
  const { records, end, damaged, checksum } = await verifyPack(volume, packId);
  // What a row refers to was acknowledged: it stays, sound or not.
  const size = Math.min(stored, Math.max(end, referenced.end));
  if (size < stored) await volume.truncatePack(packId, size);
  await new PackTable(db).seal(packId, size, checksum);
  const lost = referenced.end > end ? 1 : 0;
  return { kind: 'sealed', size, records, damaged: damaged.length + lost };
}

interface Referenced {
  contents: number;
  /** Where the last body that a content row refers to ends. */
  end: number;
}

async function referencedIn(db: Queryable, packId: string): Promise<Referenced> {
  const [row] = await db.query<Referenced>({
    name: 'blob-referenced-in-pack',
    text: `select count(*) as contents, coalesce(max(pack_offset + length), 0) as "end"
      from store.content where pack_id = $1`,
    values: [packId],
  });
  return row ?? { contents: 0, end: 0 };
}

async function removeRow(db: Queryable, packId: string): Promise<void> {
  await db.query({
    name: 'blob-remove-orphan-row',
    text: `delete from store.pack where id = $1 and not sealed
      and not exists (select from store.content where pack_id = $1)`,
    values: [packId],
  });
}
