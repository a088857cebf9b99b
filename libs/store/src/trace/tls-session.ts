// How sessions with other servers were secured, by day, domain, policy, host and result (RFC 8460 §4).
import type { Queryable } from '../db.ts';

export interface TlsSessionCount {
  /** `2026-11-28`, in UTC. */
  day: string;
  domain: string;
  policy: 'tlsa' | 'sts' | 'no-policy-found';
  host: string;
  /** success, or a result type of RFC 8460 §4.3. */
  result: string;
  count: number;
}

/** Whoever sends to many domains has many rows; beyond these a day counts only what it knows already. */
const MAX_ROWS_A_DAY = 100_000;

export async function addTlsSessions(db: Queryable, counts: readonly TlsSessionCount[]): Promise<void> {
  const column = (name: keyof TlsSessionCount): unknown[] => counts.map((count) => count[name]);
  await db.query({
    name: 'add_tls_sessions',
    // In order, so that two replicas that write the same rows wait for each other and nothing else.
    text: `with held as (select day, count(*) as rows from trace.tls_session where day = any($1::date[]) group by day)
      insert into trace.tls_session as known (day, domain, policy, host, result, count)
      select new.* from unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
        as new (day, domain, policy, host, result, count) left join held using (day)
      where coalesce(held.rows, 0) < $7
        or exists (select 1 from trace.tls_session at where (at.day, at.domain, at.policy, at.host, at.result)
          = (new.day, new.domain, new.policy, new.host, new.result))
      order by 1, 2, 3, 4, 5
      on conflict (day, domain, policy, host, result) do update set count = known.count + excluded.count`,
    values: [
      ...[column('day'), column('domain'), column('policy'), column('host'), column('result')],
      ...[column('count'), MAX_ROWS_A_DAY],
    ],
  });
}

/** Removes at most `limit` rows of days before the last `keepDays`; answers how many went. */
export async function forgetTlsSessions(db: Queryable, keepDays: number, limit: number): Promise<number> {
  const gone = await db.query({
    name: 'forget_tls_sessions',
    text: `delete from trace.tls_session where ctid = any(array(
      select ctid from trace.tls_session where day < (now() at time zone 'utc')::date - $1::int limit $2)) returning 1`,
    values: [keepDays, limit],
  });
  return gone.length;
}
