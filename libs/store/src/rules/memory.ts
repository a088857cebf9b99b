// What rules remember of earlier mail, by account: keys that expire.
import type { Queryable } from '../db.ts';

/** Which of these are remembered now. */
export async function remembered(
  db: Queryable,
  accountId: number,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set();
  const rows = await db.query<{ key: string }>({
    name: 'rule_remembered',
    text: `select key from queue.rule_memory where account_id = $1 and key = any($2::text[]) and expires_at > now()`,
    values: [accountId, keys],
  });
  return new Set(rows.map(({ key }) => key));
}

/** From now on, for so many seconds. */
export async function remember(
  tx: Queryable,
  accountId: number,
  marks: readonly { key: string; seconds: number }[],
): Promise<void> {
  if (marks.length === 0) return;
  await tx.query({
    name: 'rule_remember',
    text: `insert into queue.rule_memory (account_id, key, expires_at)
      select $1, m.key, now() + make_interval(secs => m.seconds)
      from unnest($2::text[], $3::int8[]) m (key, seconds) order by m.key
      on conflict (account_id, key) do update set expires_at = excluded.expires_at`,
    values: [accountId, marks.map(({ key }) => key), marks.map(({ seconds }) => seconds)],
  });
}

/**
 * True for who remembers it first: of several that try at once one. What has expired counts as forgotten.
 */
export async function rememberFirst(
  tx: Queryable,
  accountId: number,
  { key, seconds }: { key: string; seconds: number },
): Promise<boolean> {
  const rows = await tx.query({
    name: 'rule_remember_first',
    text: `insert into queue.rule_memory as m (account_id, key, expires_at)
      values ($1, $2, now() + make_interval(secs => $3))
      on conflict (account_id, key) do update set expires_at = excluded.expires_at where m.expires_at <= now()
      returning 1`,
    values: [accountId, key, seconds],
  });
  return rows.length > 0;
}

/** How many have gone, `limit` at most. */
export async function forgetRuleMemory(db: Queryable, limit: number): Promise<number> {
  const rows = await db.query({
    name: 'rule_forget',
    text: `delete from queue.rule_memory where ctid = any(array(
      select ctid from queue.rule_memory where expires_at <= now() limit $1 for update skip locked)) returning 1`,
    values: [limit],
  });
  return rows.length;
}
