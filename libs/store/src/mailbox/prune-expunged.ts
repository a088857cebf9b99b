// What was expunged is remembered for clients that resynchronise (RFC 7162), but not for ever: of a mailbox with many
// expunges the oldest are forgotten. From then on its `expunged_floor` says below which MODSEQ they are not all known.
import type { Database, Queryable } from '../db.ts';

export interface ExpungedLimits {
  /** A mailbox with more than this is pruned … */
  most: number;
  /** … down to this. */
  kept: number;
}

const SLICE = 5000;

/** Prunes every mailbox that remembers too many; returns how many rows went. Stops between mailboxes when told to. */
export async function pruneExpunged(
  db: Database,
  { most, kept }: ExpungedLimits,
  signal?: AbortSignal,
): Promise<number> {
  const full = await db.query<{ mailbox: number }>({
    name: 'overfull_expunged',
    text: `select mailbox_id as mailbox from store.expunged group by mailbox_id having count(*) > $1 order by mailbox_id`,
    values: [most],
  });
  let gone = 0;
  for (const { mailbox } of full) {
    if (signal?.aborted) break;
    await raiseFloor(db, mailbox, kept);
    gone += await removeBelowFloor(db, mailbox);
  }
  return gone;
}

/** The floor first: what lies below it is asked for by nobody from the commit on. */
async function raiseFloor(db: Database, mailbox: number, kept: number): Promise<void> {
  await db.query({
    name: 'raise_expunged_floor',
    text: `update store.mailbox set expunged_floor = greatest(expunged_floor, coalesce((
        select mod_seq from store.expunged where mailbox_id = $1 order by mod_seq desc offset $2 limit 1), 0))
      where id = $1`,
    values: [mailbox, kept],
  });
}

async function removeBelowFloor(db: Queryable, mailbox: number): Promise<number> {
  for (let gone = 0; ; ) {
    const rows = await db.query({
      name: 'remove_below_expunged_floor',
      text: `delete from store.expunged where ctid = any(array(
          select e.ctid from store.expunged e join store.mailbox b on b.id = e.mailbox_id
          where e.mailbox_id = $1 and e.mod_seq <= b.expunged_floor order by e.mod_seq limit $2))
        returning 1`,
      values: [mailbox, SLICE],
    });
    gone += rows.length;
    if (rows.length < SLICE) return gone;
  }
}
