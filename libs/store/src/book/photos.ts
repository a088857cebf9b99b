// Photos of people in the book. They are not kept in memory: whoever asks for some gets them from here.
import type { Queryable } from '../db.ts';
import { bookKeyOf, contactIdOf } from './changes.ts';

/** By the key in the book; those who have none, or are hidden or gone by now, are left out. */
export async function readPhotos(
  db: Queryable,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Buffer>> {
  const ids = keys.map(contactIdOf).filter((id) => id !== null);
  const rows = await db.query<{ address: string | null; id: number | null; jpeg: Buffer }>({
    name: 'book.photos',
    text: `select address, null::bigint as id, jpeg from directory.person_photo where address = any($1)
      union all
      select null, contact_id, jpeg from directory.external_photo where contact_id = any($2::bigint[])`,
    values: [keys, ids],
  });
  return new Map(rows.map(({ address, id, jpeg }) => [address ?? bookKeyOf({ id: id ?? 0 }), jpeg]));
}
