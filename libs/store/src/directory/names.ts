// Aliases and distribution groups: names that lead to other addresses, local or not. They share one table with
// the addresses of accounts, so that a name is taken once.
import type { Database, Queryable } from '../db.ts';
import { domainIdOf } from './accounts.ts';
import { containing, type PageOptions, type Scope, scopeIds } from './scope.ts';

export type NameKind = 'alias' | 'group';

/** An alias, or a group with its display name. */
export interface DirectoryName {
  address: string;
  /** The first 1,000. */
  targets: string[];
  targetCount: number;
  name: string;
  createdAt: Date;
}

const SHOWN_TARGETS = 1000;

const SELECT = `select n.address, n.targets[:${SHOWN_TARGETS}] as targets, cardinality(n.targets) as "targetCount", n.name, n.created_at as "createdAt"
  from directory.address n join directory.domain d on d.id = n.domain_id
  where ($1::bigint[] is null or n.domain_id = any($1)) and n.kind = $2`;

export function listNames(db: Queryable, kind: NameKind, page: PageOptions): Promise<DirectoryName[]> {
  return db.query<DirectoryName>({
    text: `${SELECT} and ($3::text is null or d.name = $3)
      and ($4::text is null or n.address like lower($4) or n.name ilike $4)
      and ($5::text is null or n.address > $5) order by n.address limit $6`,
    values: [
      scopeIds(page.scope),
      kind,
      page.domain ?? null,
      containing(page.search),
      page.after ?? null,
      page.limit,
    ],
  });
}

export async function findName(
  db: Queryable,
  scope: Scope,
  kind: NameKind,
  address: string,
): Promise<DirectoryName | null> {
  const rows = await db.query<DirectoryName>({
    text: `${SELECT} and n.address = $3`,
    values: [scopeIds(scope), kind, address],
  });
  return rows[0] ?? null;
}

/** Members of a group in the order of their addresses, those after `after`; null when there is no such group. */
export async function listMembers(
  db: Queryable,
  scope: Scope,
  address: string,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<{ members: string[]; total: number } | null> {
  const [row] = await db.query<{ members: string[]; total: number }>({
    text: `select cardinality(n.targets) as total, array(select t from unnest(n.targets) as t
        where $3::text is null or t > $3 order by t limit $4) as members
      from directory.address n
      where n.address = $2 and n.kind = 'group' and ($1::bigint[] is null or n.domain_id = any($1))`,
    values: [scopeIds(scope), address, after ?? null, limit],
  });
  return row ?? null;
}

/** Aliases and groups that name this address among their targets. */
export async function namesLeadingTo(
  db: Queryable,
  scope: Scope,
  kind: NameKind,
  address: string,
): Promise<string[]> {
  const rows = await db.query<{ address: string }>({
    text: `select n.address from directory.address n
      where ($1::bigint[] is null or n.domain_id = any($1)) and n.kind = $2 and n.targets @> array[$3::text]
      order by n.address limit 1000`,
    values: [scopeIds(scope), kind, address],
  });
  return rows.map((row) => row.address);
}

export interface NewName {
  kind: NameKind;
  address: string;
  /** The domain key of the address. */
  domain: string;
  targets: readonly string[];
  name?: string;
}

export function createName(
  db: Database,
  scope: Scope,
  name: NewName,
): Promise<'created' | 'noDomain' | 'addressTaken'> {
  return db.transaction(async (tx) => {
    const domainId = await domainIdOf(tx, scope, name.domain);
    if (domainId === null) return 'noDomain';
    const rows = await tx.query({
      text: `insert into directory.address (address, domain_id, kind, targets, name)
        values ($1, $2, $3, $4, $5) on conflict do nothing returning address`,
      values: [name.address, domainId, name.kind, [...new Set(name.targets)], name.name ?? ''],
    });
    return rows.length > 0 ? 'created' : 'addressTaken';
  });
}

export interface NameChange {
  /** Replaces all targets. */
  targets?: readonly string[] | undefined;
  add?: readonly string[] | undefined;
  remove?: readonly string[] | undefined;
  name?: string | undefined;
}

/** Changes what is given; targets keep their order and stand once. Whether there was such a name. */
export async function updateName(
  db: Queryable,
  scope: Scope,
  kind: NameKind,
  address: string,
  change: NameChange,
): Promise<boolean> {
  const rows = await db.query({
    text: `update directory.address set name = coalesce($4, name),
        targets = array(
          select target from unnest(coalesce($5::text[], targets) || $6::text[]) with ordinality as t(target, place)
          where target <> all($7::text[]) group by target order by min(place))
      where address = $3 and kind = $2 and ($1::bigint[] is null or domain_id = any($1)) returning address`,
    values: [
      scopeIds(scope),
      kind,
      address,
      change.name ?? null,
      change.targets ?? null,
      change.add ?? [],
      change.remove ?? [],
    ],
  });
  return rows.length > 0;
}

/** Whether there was such a name. */
export async function deleteName(
  db: Queryable,
  scope: Scope,
  kind: NameKind,
  address: string,
): Promise<boolean> {
  const rows = await db.query({
    text: `delete from directory.address
      where address = $3 and kind = $2 and ($1::bigint[] is null or domain_id = any($1)) returning address`,
    values: [scopeIds(scope), kind, address],
  });
  return rows.length > 0;
}
