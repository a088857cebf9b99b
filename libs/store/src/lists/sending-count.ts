// Counts what is sent, over all processes together: mails of an address in a minute, of an account in an hour, by the
// clock of Postgres. One statement for what many sessions count at the same moment.
import type { Queryable } from '../db.ts';

export interface Sending {
  /** `address 192.0.2.1`, `account 17`. */
  subject: string;
  period: 'minute' | 'hour';
}

/** Counts each once more. Answers, in order, how many it is now in the period: the first gets 1. */
export async function countSending(db: Queryable, items: readonly Sending[]): Promise<number[]> {
  const sums = new Map<string, { period: Sending['period']; mails: number }>();
  for (const { subject, period } of items) {
    const sum = sums.get(subject) ?? { period, mails: 0 };
    sum.mails++;
    sums.set(subject, sum);
  }
  // Ordered, so that two processes never wait for each other in a circle.
  const subjects = [...sums.keys()].toSorted();
  const rows = await db.query<{ subject: string; mails: number }>({
    name: 'lists.count_sending',
    text: `insert into lists.sending_count as c (subject, since, mails)
      select s.subject, date_trunc(s.period, now()), s.mails
      from unnest($1::text[], $2::text[], $3::int[]) with ordinality as s(subject, period, mails, place) order by s.place
      on conflict (subject, since) do update set mails = c.mails + excluded.mails
      returning subject, mails`,
    values: [
      subjects,
      subjects.map((subject) => sums.get(subject)?.period),
      subjects.map((subject) => sums.get(subject)?.mails),
    ],
  });
  // Those of one statement share its result: the last of them has the whole, the ones before it less.
  const next = new Map(rows.map(({ subject, mails }) => [subject, mails - (sums.get(subject)?.mails ?? 0)]));
  return items.map(({ subject }) => {
    const count = (next.get(subject) ?? 0) + 1;
    next.set(subject, count);
    return count;
  });
}

/** Removes counts of periods that are over. */
export async function forgetSendingCounts(db: Queryable): Promise<void> {
  await db.query({ text: `delete from lists.sending_count where since < now() - interval '2 hours'` });
}
