// Photos of people in the book. They are not kept in memory: whoever asks for some gets them from here.
import type { Queryable } from '../db.ts';

/** By address; those who have none, or are hidden or gone by now, are left out. */
export async function readPhotos(
  db: Queryable,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, Buffer>> {
  const rows = await db.query<{ address: string; jpeg: Buffer }>({
    name: 'book.photos',
    text: 'select address, jpeg from directory.person_photo where address = any($1::text[])',
    values: [addresses],
  });
  return new Map(rows.map(({ address, jpeg }) => [address, jpeg]));
}
