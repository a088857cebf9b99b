// Administrators of the console. Admins and auditors have all domains (domainIds null), administrators of domains some.
import type { Database, Queryable } from '../db.ts';
import type { AdministratorRole } from './principals.ts';
import type { Scope } from './scope.ts';

export interface Administrator {
  id: number;
  login: string;
  role: AdministratorRole;
  /** null: all */
  domainIds: number[] | null;
  domains: string[] | null;
  displayName: string;
  isEnabled: boolean;
  lastLoginAt: Date | null;
  lastLoginAddress: string | null;
  createdAt: Date;
}

const SELECT = `select a.id, a.login, a.role, a.domain_ids as "domainIds", a.display_name as "displayName",
  a.enabled as "isEnabled", a.last_login_at as "lastLoginAt", a.last_login_address as "lastLoginAddress",
  a.created_at as "createdAt", case when a.domain_ids is null then null else
    array(select d.name from directory.domain d where d.id = any(a.domain_ids) order by d.name) end as domains
  from directory.administrator a`;

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
  role: AdministratorRole;
  /** Of an administrator of domains, and of nobody else. */
  domainIds: readonly number[] | null;
  displayName?: string;
  isEnabled?: boolean;
}

/** Whether the login was free. */
export async function createAdministrator(
  db: Queryable,
  scope: Scope,
  administrator: NewAdministrator,
): Promise<boolean> {
  if (scope !== 'all') return false;
  const { login, passwordHash, role, displayName = '', isEnabled = true } = administrator;
  const rows = await db.query({
    text: `insert into directory.administrator (login, password_hash, role, domain_ids, display_name, enabled)
      values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning id`,
    values: [login, passwordHash, role, administrator.domainIds, displayName, isEnabled],
  });
  return rows.length > 0;
}

export type AdministratorOutcome = 'done' | 'notFound' | 'lastOne';

export interface AdministratorChange {
  /** Given together: what one may have depends on the other. */
  rights?: { role: AdministratorRole; domainIds: readonly number[] | null } | undefined;
  displayName?: string | undefined;
  isEnabled?: boolean | undefined;
}

/** Changes the fields that are given; the last admin that may log in stays one. Other rights end the sessions. */
export function updateAdministrator(
  db: Database,
  scope: Scope,
  login: string,
  { rights, displayName, isEnabled }: AdministratorChange,
): Promise<AdministratorOutcome> {
  if (scope !== 'all') return Promise.resolve('notFound');
  return db.transaction(async (tx) => {
    const state = await lockAdmins(tx, login);
    const staysAdmin = (rights === undefined || rights.role === 'admin') && isEnabled !== false;
    if (state === 'notFound' || (state === 'lastOne' && !staysAdmin)) return state;
    await tx.query({
      text: `update directory.administrator set display_name = coalesce($2, display_name), enabled = coalesce($3, enabled),
          role = coalesce($4, role), domain_ids = case when $4::text is null then domain_ids else $5::bigint[] end,
          login_epoch = login_epoch + case when $3::boolean is distinct from enabled and $3 is not null
            or $4 is not null and (role, domain_ids) is distinct from ($4, $5::bigint[]) then 1 else 0 end
        where login = $1`,
      values: [
        login,
        displayName ?? null,
        isEnabled ?? null,
        rights?.role ?? null,
        rights?.domainIds ?? null,
      ],
    });
    return 'done';
  });
}

/** Whether there was such an administrator; its sessions end. */
export async function setAdministratorPassword(
  db: Queryable,
  scope: Scope,
  login: string,
  hash: string,
): Promise<boolean> {
  if (scope !== 'all') return false;
  const rows = await db.query({
    text: `update directory.administrator set password_hash = $2, login_epoch = login_epoch + 1, has_own_password = false
      where login = $1 returning id`,
    values: [login, hash],
  });
  return rows.length > 0;
}

/** Removes an administrator, but never the last admin that may log in. */
export function deleteAdministrator(
  db: Database,
  scope: Scope,
  login: string,
): Promise<AdministratorOutcome> {
  if (scope !== 'all') return Promise.resolve('notFound');
  return db.transaction(async (tx) => {
    const state = await lockAdmins(tx, login);
    if (state !== 'done') return state;
    await tx.query({ text: 'delete from directory.administrator where login = $1', values: [login] });
    return 'done';
  });
}

/** Locks the admins (few rows) and this one, so that two can't remove each other. */
async function lockAdmins(tx: Queryable, login: string): Promise<AdministratorOutcome> {
  const rows = await tx.query<{ login: string; counts: boolean }>({
    text: `select login, role = 'admin' and enabled as counts from directory.administrator
      where role = 'admin' or login = $1 order by id for update`,
    values: [login],
  });
  const found = rows.find((row) => row.login === login);
  if (found === undefined) return 'notFound';
  return found.counts && rows.filter(({ counts }) => counts).length === 1 ? 'lastOne' : 'done';
}
