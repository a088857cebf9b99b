// Removes what nothing refers to: contents first, then packs that hold no content any more.
//
// Whoever gives up a reference to a content inserts a row into store.maybe_dead in the same transaction. New
// references are only made from existing ones, so after a grace time longer than any transaction, counted
// from the last row, a content that nothing refers to can never be referred to again.
import type { Database, Queryable } from '../db.ts';
import type { BlobStore } from './blob-store.ts';
import { RECORD_HEADER_LENGTH } from './record.ts';
import type { VolumeSource } from './volumes.ts';

const CONTENTS_AT_ONCE = 1000;
const PACKS_AT_ONCE = 200;
const REMOVALS_AT_ONCE = 8;
/** Readers may still hold a reference into a pack that is empty, writers one into a pack that was sealed. */
const EMPTY_PACK_MS = 3_600_000;
/** Only one collector works at a time. */
const LOCK = 7_205_330;

export interface Collected {
  /** Contents deleted. */
  contents: number;
  /** Their bytes. */
  bytes: number;
  /** Packs removed from their volumes. */
  packs: number;
  /** Packs that could not be removed now; they are tried again the next time. */
  failed: { packId: string; error: Error }[];
}

/** Deletes dead contents and removes packs that have been empty for an hour. Stops early when told to. */
export async function collectDead(
  db: Database,
  blobStore: Pick<BlobStore, 'volumes'>,
  now: Date,
  graceHours: number,
  signal?: AbortSignal,
): Promise<Collected> {
  const before = new Date(now.getTime() - graceHours * 3_600_000);
  let contents = 0;
  let bytes = 0;
  for (;;) {
    const batch = await deleteDeadContents(db, before);
    contents += batch.contents;
    bytes += batch.bytes;
    if (batch.looked < CONTENTS_AT_ONCE || signal?.aborted) break;
  }
  await markEmptyPacks(db, now);
  return { contents, bytes, ...(await removeEmptyPacks(db, blobStore.volumes, now, signal)) };
}

interface DeadBatch {
  looked: number;
  contents: number;
  bytes: number;
}

/** Looks at the oldest rows of store.maybe_dead from before `before`, and deletes what is dead. */
async function deleteDeadContents(db: Database, before: Date): Promise<DeadBatch> {
  return db.transaction(async (tx) => {
    const [lock] = await tx.query<{ mine: boolean }>({
      name: 'blob-lock-dead',
      text: 'select pg_try_advisory_xact_lock($1) as mine',
      values: [LOCK],
    });
    if (!lock?.mine) return { looked: 0, contents: 0, bytes: 0 };
    // One statement is one snapshot: a content whose last reference was given up before it shows a younger
    // row of maybe_dead, one whose last reference is given up after it is still referred to.
    const [batch] = await tx.query<DeadBatch>({
      name: 'blob-delete-dead',
      text: `with old as (
          delete from store.maybe_dead where ctid = any (array(
            select ctid from store.maybe_dead where since < $1 order by since limit $2))
          returning content_id
        ), dead as (
          select distinct content_id from old o
          where not exists (select from store.maybe_dead y where y.content_id = o.content_id and y.since >= $1)
            and not exists (select from store.message m where m.content_id = o.content_id)
            and not exists (select from queue.mail q where q.content_id = o.content_id)
            and not exists (select from queue.verdict v where v.replacement_content_id = o.content_id)
            and not exists (select from queue.owed_notice n where n.content_id = o.content_id)
        ), deleted as (
          delete from store.content c using dead d where c.id = d.content_id returning c.length
        )
        select (select count(*) from old) as looked, count(*) as contents,
          coalesce(sum(length), 0)::bigint as bytes from deleted`,
      values: [before, CONTENTS_AT_ONCE],
    });
    return batch ?? { looked: 0, contents: 0, bytes: 0 };
  });
}

/** Notes which sealed packs hold no content. A young one may be waiting for its first row. */
export async function markEmptyPacks(db: Queryable, now: Date): Promise<void> {
  await db.query({
    name: 'blob-mark-empty-packs',
    text: `update store.pack p set emptied_at = $1
      where sealed and emptied_at is null and sealed_at < $2
        and not exists (select from store.content c where c.pack_id = p.id)`,
    values: [now, new Date(now.getTime() - EMPTY_PACK_MS)],
  });
}

/** Removes the packs that were marked an hour ago or earlier. */
export async function removeEmptyPacks(
  db: Queryable,
  volumes: VolumeSource,
  now: Date,
  signal?: AbortSignal,
): Promise<Pick<Collected, 'packs' | 'failed'>> {
  const failed: Collected['failed'] = [];
  let packs = 0;
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const page = await emptyPacks(db, after, new Date(now.getTime() - EMPTY_PACK_MS));
    for (let at = 0; at < page.length; at += REMOVALS_AT_ONCE) {
      const removals = page.slice(at, at + REMOVALS_AT_ONCE).map(async ({ id, volume_id }) => {
        try {
          // The file first: a row without a file is tried again, a file without a row never.
          await (await volumes.byId(volume_id)).removePack(id);
          await deletePackRow(db, id);
          packs++;
        } catch (error) {
          failed.push({ packId: id, error: error as Error });
        }
      });
      await Promise.all(removals);
    }
    const last = page.at(-1);
    if (!last || page.length < PACKS_AT_ONCE || signal?.aborted) break;
    after = last.id;
  }
  return { packs, failed };
}

function emptyPacks(
  db: Queryable,
  after: string,
  before: Date,
): Promise<{ id: string; volume_id: number }[]> {
  return db.query({
    name: 'blob-empty-packs',
    text: `select id, volume_id from store.pack p
      where id > $1 and emptied_at <= $2 and sealed
        and not exists (select from store.content c where c.pack_id = p.id)
      order by id limit $3`,
    values: [after, before, PACKS_AT_ONCE],
  });
}

async function deletePackRow(db: Queryable, packId: string): Promise<void> {
  await db.query({
    name: 'blob-delete-pack-row',
    text: 'delete from store.pack where id = $1 and sealed',
    values: [packId],
  });
}

export interface PackUsage {
  packId: string;
  volumeId: number;
  size: number;
  /** Bytes of the records that contents refer to; orphans count as dead by themselves. */
  liveBytes: number;
}

/** What sealed packs hold, in pages by ascending id: the next page starts after the last id of this one. */
export async function packUsage(db: Queryable, after: string | null, limit = 1000): Promise<PackUsage[]> {
  return db.query<PackUsage>({
    name: 'blob-pack-usage',
    text: `select p.id as "packId", p.volume_id as "volumeId", p.size, coalesce(
        (select sum(c.length + $3) from store.content c where c.pack_id = p.id), 0)::bigint as "liveBytes"
      from store.pack p where p.sealed and ($1::uuid is null or p.id > $1) order by p.id limit $2`,
    values: [after, limit, RECORD_HEADER_LENGTH],
  });
}
