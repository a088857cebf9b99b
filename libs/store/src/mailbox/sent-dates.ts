// When messages were sent, as their Date field says (RFC 5256 §2.2), for those who sort by it.
import type { Queryable } from '../db.ts';
import { amongUids } from './among-uids.ts';
import { slices } from './flags.ts';

export interface SentDates {
  /** Ascending. */
  uids: number[];
  /** Milliseconds since 1970. */
  dates: number[];
}

/** RFC 5256 §2.2: of a message without a date that means anything it is the internal date. In pages of `uids`, which ascend. */
export async function* readSentDates(
  db: Queryable,
  mailboxId: number,
  uids: ArrayLike<number>,
): AsyncGenerator<SentDates> {
  for (const slice of slices(uids)) {
    const { condition, suffix } = amongUids(slice);
    const [row] = await db.query<{ uids: number[] | null; dates: number[] | null }>({
      name: `sent_dates${suffix}`,
      text: `select array_agg(m.uid order by m.uid) as uids,
          array_agg((extract(epoch from coalesce(c.sent_at, m.internal_date)) * 1000)::int8 order by m.uid) as dates
        from store.message m join store.content c on c.id = m.content_id
        where m.mailbox_id = $1 and ${condition}`,
      values: [mailboxId, slice],
    });
    if (row?.uids) yield { uids: row.uids, dates: row.dates ?? [] };
  }
}
