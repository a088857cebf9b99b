// Sieve scripts of accounts: RFC 5804 has what can be done with them.
import type { Database, Queryable } from '../db.ts';

/** Scripts of one account. */
export const MAX_SCRIPTS = 50;

export interface ScriptRow {
  name: string;
  /** Octets of UTF-8. */
  bytes: number;
  isActive: boolean;
  updatedAt: Date;
}

export interface ActiveScript {
  accountId: number;
  name: string;
  content: string;
  updatedAt: Date;
}

/** By name. */
export function listScripts(db: Queryable, accountId: number): Promise<ScriptRow[]> {
  return db.query<ScriptRow>({
    name: 'script_list',
    text: `select s.name, octet_length(s.content) as bytes, s.updated_at as "updatedAt",
        coalesce(a.active_script = s.name, false) as "isActive"
      from directory.script s join directory.account a on a.id = s.account_id where s.account_id = $1 order by s.name`,
    values: [accountId],
  });
}

/** Null: there is none of that name. */
export async function readScript(db: Queryable, accountId: number, name: string): Promise<string | null> {
  const [row] = await db.query<{ content: string }>({
    name: 'script_read',
    text: 'select content from directory.script where account_id = $1 and name = $2',
    values: [accountId, name],
  });
  return row?.content ?? null;
}

/** Makes it, or puts it in the place of the one of that name. */
export function saveScript(
  db: Database,
  accountId: number,
  { name, content }: { name: string; content: string },
): Promise<'saved' | 'tooMany'> {
  return db.transaction(async (tx) => {
    const [row] = await tx.query<{ others: number }>({
      name: 'script_count',
      text: `select (select count(*)::int from directory.script s where s.account_id = a.id and s.name <> $2) as others
        from directory.account a where a.id = $1 for update`,
      values: [accountId, name],
    });
    if ((row?.others ?? 0) >= MAX_SCRIPTS) return 'tooMany';
    await tx.query({
      name: 'script_save',
      text: `insert into directory.script (account_id, name, content) values ($1, $2, $3)
        on conflict (account_id, name) do update set content = excluded.content, updated_at = now()`,
      values: [accountId, name, content],
    });
    return 'saved';
  });
}

/** Null: none is active any more. False: there is none of that name. */
export async function activateScript(
  db: Queryable,
  accountId: number,
  name: string | null,
): Promise<boolean> {
  const rows = await db.query({
    name: 'script_activate',
    text: `update directory.account a set active_script = $2 where a.id = $1
      and ($2::text is null or exists (select from directory.script s where s.account_id = a.id and s.name = $2))
      returning 1`,
    values: [accountId, name],
  });
  return rows.length > 0;
}

// RFC 5804 §2.10: the active one stays.
export function removeScript(
  db: Database,
  accountId: number,
  name: string,
): Promise<'removed' | 'active' | 'missing'> {
  return db.transaction(async (tx) => {
    if (await locksActive(tx, accountId, name)) return 'active';
    const gone = await tx.query({
      name: 'script_remove',
      text: 'delete from directory.script where account_id = $1 and name = $2 returning 1',
      values: [accountId, name],
    });
    return gone.length > 0 ? 'removed' : 'missing';
  });
}

// RFC 5804 §2.11.1: whether it is active stays.
export function renameScript(
  db: Database,
  accountId: number,
  { from, to }: { from: string; to: string },
): Promise<'renamed' | 'exists' | 'missing'> {
  return db.transaction(async (tx) => {
    const isActive = await locksActive(tx, accountId, from);
    if ((await readScript(tx, accountId, from)) === null) return 'missing';
    if ((await readScript(tx, accountId, to)) !== null) return 'exists';
    // What is active is referred to by its name.
    if (isActive) await activateScript(tx, accountId, null);
    await tx.query({
      name: 'script_rename',
      text: 'update directory.script set name = $3 where account_id = $1 and name = $2',
      values: [accountId, from, to],
    });
    if (isActive) await activateScript(tx, accountId, to);
    return 'renamed';
  });
}

/** Locks the account's row to the end of the transaction; whether the script of that name is its active one. */
async function locksActive(tx: Queryable, accountId: number, name: string): Promise<boolean> {
  const [row] = await tx.query<{ isActive: boolean }>({
    name: 'script_is_active',
    text: `select coalesce(active_script = $2, false) as "isActive" from directory.account where id = $1 for update`,
    values: [accountId, name],
  });
  return row?.isActive ?? false;
}

/** Of these accounts, those that have one. */
export function activeScripts(db: Queryable, accounts: readonly number[]): Promise<ActiveScript[]> {
  return db.query<ActiveScript>({
    name: 'script_active',
    text: `select a.id as "accountId", s.name, s.content, s.updated_at as "updatedAt"
      from directory.account a join directory.script s on s.account_id = a.id and s.name = a.active_script
      where a.id = any($1::bigint[])`,
    values: [accounts],
  });
}
