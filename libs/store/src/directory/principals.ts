// Who may log in to the console: administrators, and accounts for their own mailbox. One name, one principal: where an
// administrator and an account share it, it is the administrator's, so that nobody locks an administrator out by an
// account.
import type { Queryable } from '../db.ts';
import type { Scope } from './scope.ts';

export type PrincipalKind = 'administrator' | 'account';
export type AdministratorRole = 'admin' | 'domainAdmin' | 'auditor';

export interface Principal {
  kind: PrincipalKind;
  /** Of an account its address key. */
  login: string;
  role: AdministratorRole | 'user';
  scope: Scope;
  /** Names of the domains of the scope; null: all */
  domains: string[] | null;
  displayName: string;
  /** The address key of an account; null of an administrator. */
  account: string | null;
  /** A session ends when its principal has come to another one. */
  epoch: number;
  /** False: the installation or another administrator chose the password. Of an account always true. */
  hasOwnPassword: boolean;
}

export interface StoredPrincipal extends Omit<Principal, 'scope'> {
  domainIds: number[] | null;
  isEnabled: boolean;
  passwordHash: string | null;
}

/** `login` as an administrator writes it, `key` the address key that it stands for. */
export async function readPrincipal(
  db: Queryable,
  login: string | null,
  key: string | null,
): Promise<StoredPrincipal | undefined> {
  const [row] = await db.query<StoredPrincipal>({
    name: 'directory.principal',
    text: `select 'administrator' as kind, login, role, domain_ids as "domainIds", case when domain_ids is null then null
          else array(select d.name from directory.domain d where d.id = any(domain_ids) order by d.name) end as domains,
        display_name as "displayName", null as account, login_epoch as epoch, enabled as "isEnabled",
        password_hash as "passwordHash", has_own_password as "hasOwnPassword"
      from directory.administrator where login = $1
      union all
      select 'account', address, 'user', '{}', '{}', display_name, address, login_epoch, enabled, password_hash, true
      from directory.account where address = $2
      order by kind desc limit 1`,
    values: [login, key],
  });
  return row;
}

export function principalOf(stored: StoredPrincipal): Principal {
  const { kind, login, role, domainIds, domains, displayName, account, epoch, hasOwnPassword } = stored;
  return {
    ...{ kind, login, role, scope: domainIds ?? 'all', domains, displayName, account, epoch, hasOwnPassword },
  };
}

/** Who that is now; null when it is gone or switched off. */
export async function findPrincipal(
  db: Queryable,
  kind: PrincipalKind,
  login: string,
): Promise<Principal | null> {
  const isAccount = kind === 'account';
  const row = await readPrincipal(db, isAccount ? null : login, isAccount ? login : null);
  return row?.isEnabled === true ? principalOf(row) : null;
}

/** Notes when and from where an administrator logged in. */
export async function noteLogin(db: Queryable, login: string, clientAddress: string): Promise<void> {
  await db.query({
    name: 'directory.note_login',
    text: 'update directory.administrator set last_login_at = now(), last_login_address = $2 where login = $1',
    values: [login, clientAddress],
  });
}

/** Whether there was such a principal; its other sessions end. */
export async function setOwnPassword(
  db: Queryable,
  { kind, login }: Pick<Principal, 'kind' | 'login'>,
  hash: string,
): Promise<boolean> {
  const [table, name] =
    kind === 'administrator' ? ['administrator', 'login'] : (['account', 'address'] as const);
  const isOwn = kind === 'administrator' ? ', has_own_password = true' : '';
  const rows = await db.query({
    text: `update directory.${table} set password_hash = $2, login_epoch = login_epoch + 1${isOwn}
      where ${name} = $1 and enabled returning 1`,
    values: [login, hash],
  });
  return rows.length > 0;
}
