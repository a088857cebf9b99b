// Every volume carries a mark: the installation and the volume that it belongs to. A disk that is not mounted, another
// one in its place, or a bucket of somebody else has no such mark, and nothing is written there, and what is not there
// is not called missing. The mark is written once, when the volume is made, or when one that is older than marks is
// first opened and shows by its packs that it is ours; from then on store.volume.marked_at asks for it.
import { type Queryable, sqlState } from '../db.ts';
import { MarkedVolume } from './marked-volume.ts';
import { type Volume, VolumeError, type VolumeMark } from './volume.ts';

/** Packs looked for on a volume without a mark. */
const SAMPLE = 20;
const INSUFFICIENT_PRIVILEGE = '42501';

export interface MarkWanted extends VolumeMark {
  /** As of the row that was read: it has been marked already. */
  isMarked: boolean;
}

/** The volume, held to its mark. Throws `VolumeError` when it has none and cannot get one, or another's. */
export async function heldToMark(db: Queryable, volume: Volume, wanted: MarkWanted): Promise<MarkedVolume> {
  const mark = { installation: wanted.installation, volume: wanted.volume };
  const marked = new MarkedVolume(volume, mark);
  try {
    if (!wanted.isMarked) await claim(db, volume, mark);
    await marked.mustBeOurs();
    if (!wanted.isMarked) await record(db, mark.volume);
    return marked;
  } catch (error) {
    await volume[Symbol.asyncDispose]();
    throw error;
  }
}

/** Marks a volume that was never marked, where it is ours beyond doubt. */
async function claim(db: Queryable, volume: Volume, mark: VolumeMark): Promise<void> {
  if ((await volume.readMark()) !== null) return;
  const [row] = await db.query<{ isMarked: boolean }>({
    name: 'blob-volume-is-marked',
    text: 'select marked_at is not null as "isMarked" from store.volume where id = $1',
    values: [mark.volume],
  });
  // Somebody was faster, and the mark has gone since.
  if (row?.isMarked) return;
  const reason = await whyNotOurs(db, volume);
  if (reason !== null) {
    throw new VolumeError(`volume "${volume.name}" has no mark of this installation, and ${reason}`);
  }
  await volume.writeMark(mark);
}

/** Null for a new volume, and for one that holds the packs that the database knows. */
async function whyNotOurs(db: Queryable, volume: Volume): Promise<string | null> {
  // Ids are random, so these are any.
  const known = await db.query<{ id: string }>({
    name: 'blob-packs-of-volume',
    text: 'select id from store.pack where volume_id = $1 order by id limit $2',
    values: [volume.id, SAMPLE],
  });
  if (known.length === 0) {
    for await (const { packId } of volume.listPacks()) {
      return `holds packs that the database does not know (${packId}): give it an empty directory or bucket`;
    }
    return null;
  }
  const sizes = await Promise.all(known.map(({ id }) => volume.packSize(id)));
  const found = sizes.filter((size) => size !== null).length;
  // A pack may have been lost, or may lie where a disk was not mounted once: most of them have to be here.
  if (found * 2 > known.length) return null;
  return `only ${found} of ${known.length} packs that were looked for are there: mount its disk, or restore it`;
}

async function record(db: Queryable, volumeId: number): Promise<void> {
  try {
    await db.query({
      name: 'blob-volume-marked',
      text: 'update store.volume set marked_at = now() where id = $1 and marked_at is null',
      values: [volumeId],
    });
  } catch (error) {
    // Whoever may, does it when it opens the volume.
    if (sqlState(error) !== INSUFFICIENT_PRIVILEGE) throw error;
  }
}
