// The quota of an account against the sum of its mailboxes (architecture §8). Mailboxes are locked one by one,
// not the account: two appends to different mailboxes at the same moment may both fit by themselves.
import type { Queryable } from '../db.ts';

export interface Quota {
  /** Null: no limit. */
  limit: number | null;
  used: number;
}

export async function readQuota(db: Queryable, accountId: number): Promise<Quota> {
  const [row] = await db.query<{ quota_bytes: number | null; used: number }>({
    name: 'quota_read',
    text: `select (select a.quota_bytes from directory.account a where a.id = $1) as quota_bytes,
      (select coalesce(sum(b.bytes), 0)::int8 from store.mailbox b where b.account_id = $1) as used`,
    values: [accountId],
  });
  return { limit: row?.quota_bytes ?? null, used: row?.used ?? 0 };
}

export async function isOverQuota(db: Queryable, accountId: number, more: number): Promise<boolean> {
  const { limit, used } = await readQuota(db, accountId);
  return limit !== null && used + more > limit;
}
