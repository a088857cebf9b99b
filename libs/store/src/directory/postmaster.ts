// Who answers for an installation in which nobody was named for it.
import type { Queryable } from '../db.ts';

/** The address of the oldest enabled account of a domain, or else of all. Null: there is no account. */
export async function oldestAccount(db: Queryable, domain: string): Promise<string | null> {
  const [row] = await db.query<{ address: string | null }>({
    name: 'directory.oldest_account',
    text: `select coalesce(
      (select a.address from directory.account a join directory.domain d on d.id = a.domain_id
        where d.name = $1 and a.enabled order by a.id limit 1),
      (select a.address from directory.account a where a.enabled order by a.id limit 1)) as address`,
    values: [domain],
  });
  return row?.address ?? null;
}

/** The name of the domain that was made first. */
export async function oldestDomain(db: Queryable): Promise<string | null> {
  const [row] = await db.query<{ name: string }>({
    name: 'directory.oldest_domain',
    text: 'select name from directory.domain order by id limit 1',
  });
  return row?.name ?? null;
}
