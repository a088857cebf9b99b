// How often an entry decided, gathered: one statement for many.
import type { Queryable } from '../db.ts';

export interface EntryHits {
  id: number;
  hits: number;
  last: Date;
}

/** Adds them. Entries that are gone count no more. */
export async function addEntryHits(db: Queryable, counted: readonly EntryHits[]): Promise<void> {
  if (counted.length === 0) return;
  await db.query({
    name: 'lists.add_hits',
    // Locked in order, so that two processes never wait for each other in a circle.
    text: `with held as (select id from lists.entry where id = any($1::bigint[]) order by id for no key update)
      update lists.entry e set hits = e.hits + h.hits, last_hit_at = greatest(e.last_hit_at, h.last)
      from unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) as h(id, hits, last), held
      where e.id = h.id and held.id = h.id`,
    values: [counted.map(({ id }) => id), counted.map(({ hits }) => hits), counted.map(({ last }) => last)],
  });
}
