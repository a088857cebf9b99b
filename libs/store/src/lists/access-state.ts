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

/**
 * The same for a removal, of which readers will be told: two parts of a statement, of which `next` has the revision. What
 * nobody is told of any more goes: the removals before the newest ones.
 */
export const NEXT_REVISION_OF_REMOVAL = `old as (
    select revision from lists.removed_entry order by revision desc, entry_id offset ${KEPT_REMOVALS} limit 1),
  next as (${NEXT_REVISION}, forgotten_to = greatest(forgotten_to, (select revision from old)) returning revision),
  forgotten as (delete from lists.removed_entry r using old where r.revision <= old.revision)`;
