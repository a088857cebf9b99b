// What greylisting did, by the day (UTC).
import type { Queryable } from '../db.ts';

export const greylistOutcomes = ['known', 'white', 'deferred', 'early', 'returned', 'unreturned'] as const;
export type GreylistOutcome = (typeof greylistOutcomes)[number];

const KEPT_DAYS = 90;

export interface GreylistCount {
  /** `2027-01-31` */
  day: string;
  outcome: GreylistOutcome;
  count: number;
}

/** Adds them in one statement; each day and outcome stands in it once. */
export async function addGreylistCounts(db: Queryable, counts: readonly GreylistCount[]): Promise<void> {
  if (counts.length === 0) return;
  await db.query({
    name: 'greylist_days_add',
    // Ordered, so that two processes never wait for each other in a circle.
    text: `insert into lists.greylist_day as d (day, outcome, count)
      select * from unnest($1::date[], $2::text[], $3::bigint[]) as n(day, outcome, count) order by 1, 2
      on conflict (day, outcome) do update set count = d.count + excluded.count`,
    values: [
      counts.map(({ day }) => day),
      counts.map(({ outcome }) => outcome),
      counts.map(({ count }) => count),
    ],
  });
}

/** The latest day first. */
export function readGreylistDays(
  db: Queryable,
  days: number,
): Promise<({ day: string } & Record<GreylistOutcome, number>)[]> {
  const sums = greylistOutcomes.map(
    (outcome) =>
      `greatest(coalesce(sum(count) filter (where outcome = '${outcome}'), 0), 0)::bigint as ${outcome}`,
  );
  return db.query({
    name: 'greylist_days',
    text: `select to_char(day, 'YYYY-MM-DD') as day, ${sums.join(', ')} from lists.greylist_day
      where day > (now() at time zone 'UTC')::date - $1::int group by day order by day desc`,
    values: [days],
  });
}

export async function forgetGreylistDays(db: Queryable): Promise<void> {
  await db.query({
    name: 'greylist_days_forget',
    text: `delete from lists.greylist_day where day < (now() at time zone 'UTC')::date - $1::int`,
    values: [KEPT_DAYS],
  });
}
