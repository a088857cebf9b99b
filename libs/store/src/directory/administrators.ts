// Administrators of the console: of all domains (domainIds null) or of some.
import type { Database, Queryable } from '../db.ts';
import type { Scope } from './scope.ts';

export interface Administrator {
  id: number;
  login: string;
  /** null: all */
  domainIds: number[] | null;
  domains: string[] | null;
  createdAt: Date;
}

const SELECT = `select a.id, a.login, a.domain_ids as "domainIds", a.created_at as "createdAt",
  case when a.domain_ids is null then null else
    array(select d.name from directory.domain d where d.id = any(a.domain_ids) order by d.name) end as domains
  from directory.administrator a`;

/** What an administrator may see and change. */
export function scopeOf(administrator: Pick<Administrator, 'domainIds'>): Scope {
  return administrator.domainIds ?? 'all';
}

/** Only who may see all domains may ask for administrators. */
export function listAdministrators(db: Queryable, scope: Scope): Promise<Administrator[]> {
  if (scope !== 'all') return Promise.resolve([]);
  return db.query<Administrator>({ text: `${SELECT} order by a.login` });
}

export async function findAdministrator(
  db: Queryable,
  scope: Scope,
  login: string,
): Promise<Administrator | null> {
  if (scope !== 'all') return null;
  const rows = await db.query<Administrator>({ text: `${SELECT} where a.login = $1`, values: [login] });
  return rows[0] ?? null;
}

/** Ids of the named domains; names that are no domains are left out. */
export async function domainIds(db: Queryable, names: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.query<{ id: number; name: string }>({
    text: 'select id, name from directory.domain where name = any($1)',
    values: [names],
  });
  return new Map(rows.map((row) => [row.name, row.id]));
}

export interface NewAdministrator {
  login: string;
  passwordHash: string;
  domainIds: readonly number[] | null;
}

/** Whether the login was free. */
export async function createAdministrator(
  db: Queryable,
  scope: Scope,
  administrator: NewAdministrator,
): Promise<boolean> {
  if (scope !== 'all') return false;
  const rows = await db.query({
    text: `insert into directory.administrator (login, password_hash, domain_ids) values ($1, $2, $3)
      on conflict do nothing returning id`,
    values: [administrator.login, administrator.passwordHash, administrator.domainIds],
  });
  return rows.length > 0;
}

export type AdministratorOutcome = 'done' | 'notFound' | 'lastOne';

/** Changes the domains; the last administrator of all domains stays one. */
export function setAdministratorDomains(
  db: Database,
  scope: Scope,
  login: string,
  ids: readonly number[] | null,
): Promise<AdministratorOutcome> {
  if (scope !== 'all') return Promise.resolve('notFound');
  return db.transaction(async (tx) => {
    const state = await lockAll(tx, login);
    if (state === 'notFound' || (state === 'lastOne' && ids !== null)) return state;
    await tx.query({
      text: 'update directory.administrator set domain_ids = $2 where login = $1',
      values: [login, ids],
    });
    return 'done';
  });
}

/** Whether there was such an administrator. */
export async function setAdministratorPassword(
  db: Queryable,
  scope: Scope,
  login: string,
  hash: string,
): Promise<boolean> {
  if (scope !== 'all') return false;
  const rows = await db.query({
    text: 'update directory.administrator set password_hash = $2 where login = $1 returning id',
    values: [login, hash],
  });
  return rows.length > 0;
}

/** Removes an administrator, but never the last one of all domains. */
export function deleteAdministrator(
  db: Database,
  scope: Scope,
  login: string,
): Promise<AdministratorOutcome> {
  if (scope !== 'all') return Promise.resolve('notFound');
  return db.transaction(async (tx) => {
    const state = await lockAll(tx, login);
    if (state !== 'done') return state;
    await tx.query({ text: 'delete from directory.administrator where login = $1', values: [login] });
    return 'done';
  });
}

/** Locks the administrators of all domains (few rows), so that two can't remove each other. */
async function lockAll(tx: Queryable, login: string): Promise<AdministratorOutcome> {
  const rows = await tx.query<{ login: string; isOfAll: boolean }>({
    text: `select login, domain_ids is null as "isOfAll" from directory.administrator
      where domain_ids is null or login = $1 order by id for update`,
    values: [login],
  });
  const found = rows.find((row) => row.login === login);
  if (found === undefined) return 'notFound';
  return found.isOfAll && rows.filter((row) => row.isOfAll).length === 1 ? 'lastOne' : 'done';
}
