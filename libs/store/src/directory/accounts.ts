// Accounts: who can log in and owns mailboxes. An account is made together with its first folders and removed
// together with its mail; addresses are address keys (addressKey of @pochtar/mail).
import type { Contact } from '@pochtar/mail';
import { type Database, type Queryable, sqlState } from '../db.ts';
import { containing, type PageOptions, type Scope, scopeIds } from './scope.ts';

const UNIQUE_VIOLATION = '23505';

export interface Account {
  id: number;
  domainId: number;
  address: string;
  domain: string;
  displayName: string;
  isEnabled: boolean;
  hasPassword: boolean;
  quotaBytes: number | null;
  usedBytes: number;
  createdAt: Date;
  contact: Contact;
  /** The address book does not have it. */
  isHidden: boolean;
  hasPhoto: boolean;
}

const SELECT = `select a.id, a.domain_id as "domainId", a.address, d.name as domain, a.display_name as "displayName",
  a.enabled as "isEnabled", a.password_hash is not null as "hasPassword", a.quota_bytes as "quotaBytes",
  coalesce((select sum(m.bytes) from store.mailbox m where m.account_id = a.id), 0)::bigint as "usedBytes",
  a.created_at as "createdAt", a.contact, a.hidden as "isHidden",
  exists (select from directory.account_photo p where p.account_id = a.id) as "hasPhoto"
  from directory.account a join directory.domain d on d.id = a.domain_id
  where ($1::bigint[] is null or a.domain_id = any($1))`;

/** Accounts in the order of their addresses. */
export function listAccounts(db: Queryable, page: PageOptions): Promise<Account[]> {
  return db.query<Account>({
    text: `${SELECT} and ($2::text is null or d.name = $2)
      and ($3::text is null or a.address like lower($3) or a.display_name ilike $3)
      and ($4::text is null or a.address > $4) order by a.address limit $5`,
    values: [
      scopeIds(page.scope),
      page.domain ?? null,
      containing(page.search),
      page.after ?? null,
      page.limit,
    ],
  });
}

export async function findAccount(db: Queryable, scope: Scope, address: string): Promise<Account | null> {
  const rows = await db.query<Account>({
    text: `${SELECT} and a.address = $2`,
    values: [scopeIds(scope), address],
  });
  return rows[0] ?? null;
}

export interface NewFolder {
  name: string;
  /** RFC 6154 §2, without the backslash: `Sent` and the like. */
  specialUse: string | null;
}

export interface NewAccount {
  address: string;
  /** The domain key of the address. */
  domain: string;
  displayName?: string;
  passwordHash?: string | null;
  quotaBytes?: number | null;
  isEnabled?: boolean;
  contact?: Contact;
  isHidden?: boolean;
  /** Besides INBOX; subscribed, and their parents made. */
  folders: readonly NewFolder[];
}

export type Created =
  | { isCreated: true; id: number }
  | { isCreated: false; reason: 'noDomain' | 'addressTaken' };

/** Makes the account, its address, INBOX and the folders, all or none. */
export async function createAccount(db: Database, scope: Scope, account: NewAccount): Promise<Created> {
  try {
    return await insertAccount(db, scope, account);
  } catch (error) {
    // An alias, or another account, took the name at the same moment.
    if (sqlState(error) === UNIQUE_VIOLATION) return { isCreated: false, reason: 'addressTaken' };
    throw error;
  }
}

function insertAccount(db: Database, scope: Scope, account: NewAccount): Promise<Created> {
  return db.transaction(async (tx) => {
    const domainId = await domainIdOf(tx, scope, account.domain);
    if (domainId === null) return { isCreated: false, reason: 'noDomain' };
    const [row] = await tx.query<{ id: number }>({
      text: `insert into directory.account (domain_id, address, display_name, password_hash, enabled, quota_bytes, contact, hidden)
        select $1, $2, $3, $4, $5, $6, jsonb_strip_nulls($7::jsonb), $8 where not exists (select from directory.address where address = $2)
        on conflict do nothing returning id`,
      values: [
        domainId,
        account.address,
        account.displayName ?? '',
        account.passwordHash ?? null,
        account.isEnabled ?? true,
        account.quotaBytes ?? null,
        contactDocument(account.contact ?? {}),
        account.isHidden ?? false,
      ],
    });
    if (row === undefined) return { isCreated: false, reason: 'addressTaken' };
    await tx.query({
      text: `insert into directory.address (address, domain_id, kind, account_id) values ($1, $2, 'account', $3)`,
      values: [account.address, domainId, row.id],
    });
    await createFolders(tx, row.id, account.folders);
    return { isCreated: true, id: row.id };
  });
}

/** Locks the domain against removal and answers its id. */
export async function domainIdOf(tx: Queryable, scope: Scope, domain: string): Promise<number | null> {
  const [row] = await tx.query<{ id: number }>({
    text: `select id from directory.domain
      where name = $2 and ($1::bigint[] is null or id = any($1)) for key share`,
    values: [scopeIds(scope), domain],
  });
  return row?.id ?? null;
}

async function createFolders(tx: Queryable, accountId: number, folders: readonly NewFolder[]): Promise<void> {
  const uses = new Map<string, string | null>([['INBOX', null]]);
  for (const folder of folders) {
    const parts = folder.name.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const parent = parts.slice(0, depth).join('/');
      if (!uses.has(parent)) uses.set(parent, null);
    }
    uses.set(folder.name, folder.specialUse);
  }
  const names = [...uses.keys()];
  // RFC 9051 §2.3.1.1: a name that is made again needs a higher UIDVALIDITY; seconds of the clock are, and the
  // account's row remembers the last one given.
  await tx.query({
    text: `with validity as (
        insert into store.uid_validity (account_id, last) values ($1, extract(epoch from now())::bigint)
        returning last
      )
      insert into store.mailbox (account_id, name, special_use, uid_validity)
      select $1, name, use, last from unnest($2::text[], $3::text[]) as f(name, use), validity`,
    values: [accountId, names, [...uses.values()]],
  });
  await tx.query({
    text: `insert into store.subscription (account_id, name) select $1, unnest($2::text[])`,
    values: [accountId, names],
  });
}

/** What is '' is taken away. */
export function contactDocument(contact: Contact): string {
  return JSON.stringify(contact, (_, value: unknown) => (value === '' ? null : value));
}

export interface AccountChange {
  displayName?: string | undefined;
  quotaBytes?: number | null | undefined;
  isEnabled?: boolean | undefined;
  /** Fields that are given replace those that are there; '' takes one away. */
  contact?: Contact | undefined;
  isHidden?: boolean | undefined;
}

/** Changes the fields that are given. Whether there was such an account. */
export async function updateAccount(
  db: Queryable,
  scope: Scope,
  address: string,
  change: AccountChange,
): Promise<boolean> {
  const rows = await db.query({
    text: `update directory.account set display_name = coalesce($3, display_name), enabled = coalesce($4, enabled),
        quota_bytes = case when $5 then $6 else quota_bytes end,
        contact = jsonb_strip_nulls(contact || $7::jsonb), hidden = coalesce($8, hidden),
        login_epoch = login_epoch + case when enabled and $4 is false then 1 else 0 end
      where address = $2 and ($1::bigint[] is null or domain_id = any($1)) returning id`,
    values: [
      scopeIds(scope),
      address,
      change.displayName ?? null,
      change.isEnabled ?? null,
      change.quotaBytes !== undefined,
      change.quotaBytes ?? null,
      contactDocument(change.contact ?? {}),
      change.isHidden ?? null,
    ],
  });
  return rows.length > 0;
}

/** Whether there was such an account. */
export async function setPasswordHash(
  db: Queryable,
  scope: Scope,
  address: string,
  hash: string,
): Promise<boolean> {
  const rows = await db.query({
    text: `update directory.account set password_hash = $3, login_epoch = login_epoch + 1
      where address = $2 and ($1::bigint[] is null or domain_id = any($1)) returning id`,
    values: [scopeIds(scope), address, hash],
  });
  return rows.length > 0;
}

/**
 * Removes an account and its address, so that it can neither log in nor get mail; group memberships go as well.
 * Its mail is removed by `deleteOrphanedMail` afterwards. Answers the address keys that changed; none when there
 * was no such account.
 */
export function deleteAccount(db: Database, scope: Scope, address: string): Promise<string[]> {
  return db.transaction(async (tx) => {
    const [row] = await tx.query<{ id: number }>({
      text: `delete from directory.account
        where address = $2 and ($1::bigint[] is null or domain_id = any($1)) returning id`,
      values: [scopeIds(scope), address],
    });
    if (row === undefined) return [];
    const groups = await tx.query<{ address: string }>({
      text: `update directory.address set targets = array_remove(targets, $1)
        where kind = 'group' and $1 = any(targets) returning address`,
      values: [address],
    });
    return [address, ...groups.map((group) => group.address)];
  });
}

const SLICE = 1000;

/**
 * Removes mail of accounts that are gone, one slice of messages a transaction. Answers how many messages went;
 * call it until it answers 0. The bodies become candidates for removal in the same transaction.
 */
export function deleteOrphanedMail(db: Database): Promise<number> {
  return db.transaction(async (tx) => {
    const [mailbox] = await tx.query<{ id: number; accountId: number; name: string }>({
      text: `select m.id, m.account_id as "accountId", m.name from store.mailbox m
        where not exists (select from directory.account a where a.id = m.account_id)
        order by m.id limit 1 for update skip locked`,
    });
    if (mailbox === undefined) return 0;
    const gone = await tx.query<{ id: string }>({
      text: `with slice as (select uid from store.message where mailbox_id = $1 order by uid limit $2)
        delete from store.message using slice where mailbox_id = $1 and message.uid = slice.uid
        returning content_id as id`,
      values: [mailbox.id, SLICE],
    });
    await tx.query({
      text: `insert into store.maybe_dead (content_id) select distinct unnest($1::uuid[]) on conflict do nothing`,
      values: [gone.map((row) => row.id)],
    });
    if (gone.length === SLICE) return gone.length;
    await tx.query({ text: 'delete from store.expunged where mailbox_id = $1', values: [mailbox.id] });
    await tx.query({
      text: 'delete from store.subscription where account_id = $1',
      values: [mailbox.accountId],
    });
    await tx.query({ text: 'delete from store.mailbox where id = $1', values: [mailbox.id] });
    await tx.query({
      text: 'delete from store.uid_validity where account_id = $1',
      values: [mailbox.accountId],
    });
    // The empty mailbox counts too, so that the caller comes again for the next one.
    return gone.length + 1;
  });
}

/** The log-in epoch of each of these accounts that may log in; the others are gone or switched off. */
export async function currentEpochs(
  db: Queryable,
  accounts: readonly number[],
): Promise<Map<number, number>> {
  const rows = await db.query<{ id: number; epoch: number }>({
    name: 'directory.current_epochs',
    text: 'select id, login_epoch as epoch from directory.account where id = any($1::bigint[]) and enabled',
    values: [accounts],
  });
  return new Map(rows.map(({ id, epoch }) => [id, epoch]));
}

/** What an account may send as: the account's own address, and the aliases whose only target it is. */
export async function addressesOfAccount(db: Queryable, accountId: number): Promise<string[]> {
  const rows = await db.query<{ address: string }>({
    name: 'directory.addresses_of_account',
    text: `select a.address from directory.account a where a.id = $1
      union all
      select n.address from directory.account a
      join directory.address n on n.kind = 'alias' and n.targets @> array[a.address] and cardinality(n.targets) = 1
      where a.id = $1`,
    values: [accountId],
  });
  return rows.map((row) => row.address);
}
