// MTA-STS policies that were seen. RFC 8461 §5.1: each holds until it expires.
import type { Queryable } from '../db.ts';

export interface NewStsPolicy {
  id: string;
  mode: 'enforce' | 'testing' | 'none';
  mx: string[];
  /** Seconds. */
  maxAge: number;
}

export interface KeptStsPolicy extends NewStsPolicy {
  ageSeconds: number;
}

/** The policy of the domain, unless it has expired. */
export async function readStsPolicy(db: Queryable, domain: string): Promise<KeptStsPolicy | null> {
  const [row] = await db.query<KeptStsPolicy>({
    name: 'read_sts_policy',
    text: `select policy_id as id, mode, mx, max_age_seconds as "maxAge",
        extract(epoch from now() - fetched_at)::int as "ageSeconds"
      from queue.sts_policy where domain = $1 and expires_at > now()`,
    values: [domain],
  });
  return row ?? null;
}

export async function keepStsPolicy(
  db: Queryable,
  domain: string,
  { id, mode, mx, maxAge }: NewStsPolicy,
): Promise<void> {
  await db.query({
    name: 'keep_sts_policy',
    text: `insert into queue.sts_policy (domain, policy_id, mode, mx, max_age_seconds, expires_at)
      values ($1, $2, $3, $4, $5::int, now() + make_interval(secs => $5::int))
      on conflict (domain) do update set policy_id = excluded.policy_id, mode = excluded.mode, mx = excluded.mx,
        max_age_seconds = excluded.max_age_seconds, fetched_at = now(), expires_at = excluded.expires_at`,
    values: [domain, id, mode, mx, maxAge],
  });
}

/** What has expired, and what expires first of more than `most`; answers how many went. */
export async function forgetStsPolicies(db: Queryable, most: number, limit: number): Promise<number> {
  const gone = await db.query({
    name: 'forget_sts_policies',
    text: `delete from queue.sts_policy where domain = any(array(
        (select domain from queue.sts_policy where expires_at <= now() limit $2)
        union (select domain from queue.sts_policy order by expires_at desc offset $1 limit $2)))
      returning 1`,
    values: [most, limit],
  });
  return gone.length;
}
