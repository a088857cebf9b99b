// Local domains. Names are domain keys (domainKey of @pochtar/mail).
import type { Queryable } from '../db.ts';
import { type Scope, scopeIds } from './scope.ts';

export interface Domain {
  id: number;
  name: string;
  accounts: number;
  aliases: number;
  groups: number;
  createdAt: Date;
  /** What the last look at its DNS found; null: there was none. */
  dns: { checkedAt: string; problems: number | null } | null;
  /** Whether its mail can be signed: an active key, keys that wait for it, or none. */
  dkim: 'none' | 'waiting' | 'active';
}

const SELECT = `select d.id, d.name, d.created_at as "createdAt", c.accounts, c.aliases, c.groups,
  case when n.domain_id is not null then jsonb_build_object(
    'checkedAt', to_char(n.checked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'problems', n.problems) end as dns,
  case when not exists (select from directory.dkim_key k where k.domain_id = d.id and k.state <> 'retired') then 'none'
    when exists (select from directory.dkim_key k where k.domain_id = d.id and k.state = 'active') then 'active'
    else 'waiting' end as dkim
  from directory.domain d left join directory.domain_dns n on n.domain_id = d.id
  cross join lateral (select count(*) filter (where a.kind = 'account')::int as accounts,
    count(*) filter (where a.kind = 'alias')::int as aliases, count(*) filter (where a.kind = 'group')::int as groups
    from directory.address a where a.domain_id = d.id) c
  where ($1::bigint[] is null or d.id = any($1))`;

export function listDomains(db: Queryable, scope: Scope): Promise<Domain[]> {
  return db.query<Domain>({ text: `${SELECT} order by d.name`, values: [scopeIds(scope)] });
}

export async function findDomain(db: Queryable, scope: Scope, name: string): Promise<Domain | null> {
  const rows = await db.query<Domain>({ text: `${SELECT} and d.name = $2`, values: [scopeIds(scope), name] });
  return rows[0] ?? null;
}

/** Names of all local domains, for programs that must know what is ours. */
export async function localDomains(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ name: string }>({
    name: 'directory.domains',
    text: 'select name from directory.domain order by name',
  });
  return rows.map((row) => row.name);
}

/** The new domain's id, or null when the name is taken. */
export async function createDomain(db: Queryable, name: string): Promise<number | null> {
  const [row] = await db.query<{ id: number }>({
    text: 'insert into directory.domain (name) values ($1) on conflict do nothing returning id',
    values: [name],
  });
  return row?.id ?? null;
}

const IS_EMPTY = `not exists (select from directory.address a where a.domain_id = d.id)
  and not exists (select from directory.contact c where c.domain_id = d.id)`;

/** Removes a domain without addresses and contacts. */
export async function deleteDomain(
  db: Queryable,
  scope: Scope,
  name: string,
): Promise<'deleted' | 'notFound' | 'notEmpty'> {
  // The row lock keeps out an address that is being added: its foreign key waits for it.
  const [row] = await db.query<{ id: number; isEmpty: boolean }>({
    text: `select d.id, ${IS_EMPTY} as "isEmpty"
      from directory.domain d where d.name = $2 and ($1::bigint[] is null or d.id = any($1)) for update`,
    values: [scopeIds(scope), name],
  });
  if (row === undefined) return 'notFound';
  if (!row.isEmpty) return 'notEmpty';
  // An address that was committed while this waited for the lock still keeps the domain.
  const gone = await db.query({
    text: `delete from directory.domain d where d.id = $1
      and ${IS_EMPTY} returning id`,
    values: [row.id],
  });
  if (gone.length === 0) return 'notEmpty';
  await db.query({
    text: `update directory.administrator
      set domain_ids = array_remove(domain_ids, $1), login_epoch = login_epoch + 1 where $1 = any(domain_ids)`,
    values: [row.id],
  });
  return 'deleted';
}
