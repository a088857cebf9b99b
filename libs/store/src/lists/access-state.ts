// The revision of the lists. Whoever changes them takes the next one and holds it to the commit, so that revisions
// become visible in order.
import type { Queryable } from '../db.ts';

export const listColours = ['white', 'black'] as const;
export type ListColour = (typeof listColours)[number];

export type EntryKind = 'address' | 'network' | 'namedNetwork' | 'domain' | 'server' | 'mailbox';

/** Removals that readers find by their revision; who is further behind reads everything. */
const KEPT_REMOVALS = 20_000;

/** Takes the next revision, with the lock of all writers; for statements that do the rest too. */
export const NEXT_REVISION = 'update lists.access_state set revision = revision + 1';

/** The next revision, with the lock of all writers. */
export async function nextListRevision(tx: Queryable): Promise<number> {
  const [row] = await tx.query<{ revision: number }>({ text: `${NEXT_REVISION} returning revision` });
  return (row as { revision: number }).revision;
}

/** Of what is committed now. */
export async function listRevision(db: Queryable): Promise<number> {
  const [row] = await db.query<{ revision: number }>({
    name: 'lists.revision',
    text: 'select revision from lists.access_state',
  });
  return row?.revision ?? 0;
}

export async function noteRemovals(tx: Queryable, revision: number, ids: readonly number[]): Promise<void> {
  await tx.query({
    text: 'insert into lists.removed_entry (revision, entry_id) select $1, unnest($2::bigint[])',
    values: [revision, ids],
  });
  await tx.query({
    text: `with old as (
        select revision from lists.removed_entry order by revision desc, entry_id offset $1 limit 1
      ), gone as (
        delete from lists.removed_entry r using old where r.revision <= old.revision and r.revision < $2
      )
      update lists.access_state s set forgotten_to = old.revision from old
      where old.revision > s.forgotten_to and old.revision < $2`,
    values: [KEPT_REMOVALS, revision],
  });
}
