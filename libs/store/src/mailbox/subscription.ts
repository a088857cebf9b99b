// Names a client wants to see (SUBSCRIBE, RFC 9051 §6.3.7): names, not mailboxes, which need not exist.
import type { Database, Queryable } from '../db.ts';

/** More are refused. */
export const MAX_SUBSCRIPTIONS = 2000;

export async function listSubscriptions(db: Queryable, accountId: number): Promise<string[]> {
  const rows = await db.query<{ name: string }>({
    name: 'subscription_list',
    text: 'select name from store.subscription where account_id = $1 order by name',
    values: [accountId],
  });
  return rows.map((row) => row.name);
}

/** False when the account has too many. */
export async function subscribe(db: Database, accountId: number, name: string): Promise<boolean> {
  const [row] = await db.query<{ count: number }>({
    name: 'subscription_add',
    text: `with added as (
        insert into store.subscription (account_id, name)
        select $1, $2 where (select count(*) from store.subscription where account_id = $1) < $3
        on conflict do nothing returning 1
      )
      select (select count(*) from added) + (select count(*) from store.subscription
        where account_id = $1 and name = $2) as count`,
    values: [accountId, name, MAX_SUBSCRIPTIONS],
  });
  return (row?.count ?? 0) > 0;
}

export async function unsubscribe(db: Database, accountId: number, name: string): Promise<void> {
  await db.query({
    name: 'subscription_remove',
    text: 'delete from store.subscription where account_id = $1 and name = $2',
    values: [accountId, name],
  });
}
