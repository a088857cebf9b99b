// What sorting and threading ask of many messages, in pages of columns: when they came and were sent, their size, their base
// subject, the ids of their thread (RFC 5256).
import type { Queryable } from '../db.ts';
import { amongUids } from './among-uids.ts';
import { slices } from './flags.ts';

export interface ListingPage {
  /** Ascending. */
  uids: number[];
  /** Milliseconds since 1970. */
  internalDates: number[];
  sizes: number[];
  /** As their Date fields say, milliseconds since 1970; of a message without one that means anything the internal date (§2.2). */
  sentAt: number[];
  /** Null: not made yet, to be read from the header. */
  listed: (ListedTexts | null)[];
}

export interface ListedTexts {
  baseSubject: string;
  isReply: boolean;
  /** Those of threadIds(). */
  threadIds: string[];
}

interface Row {
  uids: number[] | null;
  dates: number[];
  sizes: number[];
  sent: number[];
  subjects: string;
  ids: string;
}

/** Of `uids`, which ascend, those that are there. */
export async function* readListing(
  db: Queryable,
  mailboxId: number,
  uids: ArrayLike<number>,
  { needsThreads }: { needsThreads: boolean },
): AsyncGenerator<ListingPage> {
  // A page may be as large as hostile mails make the ids of their threads: fewer of those at once.
  for (const slice of slices(uids, needsThreads ? 250 : 1000)) {
    const { condition, suffix } = amongUids(slice);
    const [row] = await db.query<Row>({
      name: `listing${needsThreads ? '_threads' : ''}${suffix}`,
      text: `select array_agg(uid) as uids, array_agg(date) as dates, array_agg(size) as sizes, array_agg(sent) as sent,
          string_agg(subject, E'\\n') as subjects, string_agg(ids, E'\\n') as ids
        from (
          select m.uid, m.size, (extract(epoch from m.internal_date) * 1000)::int8 as date,
            (extract(epoch from coalesce(c.sent_at, m.internal_date)) * 1000)::int8 as sent,
            coalesce(case when c.is_reply then 'r' else 's' end || c.base_subject, '') as subject,
            ${needsThreads ? `coalesce(c.thread_ids, '')` : `''`} as ids
          from store.message m join store.content c on c.id = m.content_id
          where m.mailbox_id = $1 and ${condition} order by m.uid) page`,
      values: [mailboxId, slice],
    });
    if (!row?.uids) continue;
    const [subjects, ids] = [row.subjects.split('\n'), row.ids.split('\n')];
    yield {
      uids: row.uids,
      internalDates: row.dates,
      sizes: row.sizes,
      sentAt: row.sent,
      listed: subjects.map((subject, at) =>
        subject === ''
          ? null
          : {
              baseSubject: subject.slice(1),
              isReply: subject.startsWith('r'),
              threadIds: (ids[at] ?? '').split(' '),
            },
      ),
    };
  }
}
