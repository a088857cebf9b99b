// Which web hooks there are. A secret is sealed with the master key when it is made: who keeps the hooks cannot read it
// back, and the program that sends reads it.
import type { Database, Queryable } from '../db.ts';
import { type MasterKey, sealSecret } from '../settings/secrets.ts';

export const hookKinds = ['delivered', 'bounced', 'held', 'refused'] as const;
export type HookKind = (typeof hookKinds)[number];

/** What an administrator says of a hook. */
export interface HookFields {
  name: string;
  url: string;
  enabled: boolean;
  kinds: readonly HookKind[];
  /** Whose mail; null: all. */
  domainIds: readonly number[] | null;
  withSubject: boolean;
}

export interface Hook extends HookFields {
  id: number;
  /** Of `domainIds`, those that there are. */
  domains: string[] | null;
  author: string;
  createdAt: Date;
  changedAt: Date;
  /** Until then the secret before signs too. */
  previousUntil: Date | null;
  failures: number;
  failingSince: Date | null;
  nextAt: Date | null;
  lastSuccessAt: Date | null;
  lastFault: string | null;
  pausedAt: Date | null;
  overflowedAt: Date | null;
  /** Events that wait, counted up to MAX_COUNTED. */
  waiting: number;
  oldestAt: Date | null;
}

export const MAX_HOOKS = 50;
const MAX_COUNTED = 10_000;

/** The name that a secret is sealed for. */
export const hookSecretName = (hook: number | string): string => `hook.${hook}`;

const SELECT = `select h.id, h.name, h.url, h.enabled, h.kinds, h.domain_ids as "domainIds", h.with_subject as "withSubject",
  h.author, h.created_at as "createdAt", h.changed_at as "changedAt", h.previous_until as "previousUntil",
  case when h.domain_ids is not null then
    array(select d.name from directory.domain d where d.id = any(h.domain_ids) order by d.name) end as domains,
  s.failures, s.failing_since as "failingSince", s.next_at as "nextAt", s.last_success_at as "lastSuccessAt",
  s.last_fault as "lastFault", s.paused_at as "pausedAt", s.overflowed_at as "overflowedAt",
  (select count(*)::int from (select from hook.message m where m.hook_id = h.id and m.state = 'waiting'
    limit ${MAX_COUNTED}) counted) as waiting,
  (select m.occurred_at from hook.message m where m.hook_id = h.id and m.state = 'waiting'
    order by m.occurred_at, m.id limit 1) as "oldestAt"
  from hook.hook h join hook.sending s on s.hook_id = h.id`;

/** By name. */
export function listHooks(db: Queryable): Promise<Hook[]> {
  return db.query<Hook>({ name: 'list_hooks', text: `${SELECT} order by h.key` });
}

export async function findHook(db: Queryable, id: number): Promise<Hook | null> {
  const [row] = await db.query<Hook>({ name: 'find_hook', text: `${SELECT} where h.id = $1`, values: [id] });
  return row ?? null;
}

const keyOf = (name: string): string => name.toLocaleLowerCase('en-US');

/** The id; null: the name is taken, or there are MAX_HOOKS. A secret is given with it. */
export function addHook(
  db: Database,
  key: MasterKey,
  fields: HookFields & { author: string; secret: string },
): Promise<number | null> {
  return db.transaction(async (tx) => {
    const [row] = await tx.query<{ id: number }>({
      text: `insert into hook.hook (name, key, url, enabled, kinds, domain_ids, with_subject, secret, author)
        select $1, $2, $3, $4, $5, $6::bigint[], $7, '', $8 where (select count(*) from hook.hook) < ${MAX_HOOKS}
        on conflict do nothing returning id`,
      values: [...columnsOf(fields), fields.author],
    });
    if (row === undefined) return null;
    await sealFor(tx, key, row.id, fields.secret);
    await tx.query({ text: 'insert into hook.sending (hook_id) values ($1)', values: [row.id] });
    return row.id;
  });
}

function columnsOf({ name, url, enabled, kinds, domainIds, withSubject }: HookFields): unknown[] {
  return [name, keyOf(name), url, enabled, kinds, domainIds, withSubject];
}

// The secret is sealed for the row's id, which only the insert knows.
async function sealFor(tx: Queryable, key: MasterKey, id: number, secret: string): Promise<void> {
  await tx.query({
    text: 'update hook.hook set secret = $2 where id = $1',
    values: [id, sealSecret(key, hookSecretName(id), secret)],
  });
}

/**
 * Whether it was; false: there is no such hook, or the name is taken. Whatever kept it from being told is forgotten: it is
 * tried at once. What happened while it was off or paused is not told.
 */
export function changeHook(db: Database, id: number, fields: HookFields): Promise<boolean> {
  return db.transaction(async (tx) => {
    const rows = await tx.query({
      text: `update hook.hook h set name = $2, key = $3, url = $4, enabled = $5, kinds = $6, domain_ids = $7::bigint[],
          with_subject = $8, changed_at = now(),
          since = case when h.enabled and s.paused_at is null then h.since else now() end
        from hook.sending s
        where h.id = $1 and s.hook_id = h.id and not exists (select from hook.hook o where o.key = $3 and o.id <> $1)
        returning h.id`,
      values: [id, ...columnsOf(fields)],
    });
    if (rows.length === 0) return false;
    await tx.query({
      text: `update hook.sending set failures = 0, failing_since = null, next_at = null, paused_at = null, overflowed_at = null
        where hook_id = $1`,
      values: [id],
    });
    return true;
  });
}

/** The secret before signs beside it for `overlapHours`; a trigger moves it. Null: there is no such hook. */
export async function rotateHookSecret(
  db: Queryable,
  key: MasterKey,
  id: number,
  { secret, overlapHours }: { secret: string; overlapHours: number },
): Promise<Date | null> {
  const [row] = await db.query<{ until: Date }>({
    text: `update hook.hook set previous_until = now() + make_interval(hours => $3), secret = $2,
        changed_at = now()
      where id = $1 returning previous_until as until`,
    values: [id, sealSecret(key, hookSecretName(id), secret), overlapHours],
  });
  return row?.until ?? null;
}

export async function removeHook(db: Queryable, id: number): Promise<boolean> {
  const rows = await db.query({ text: 'delete from hook.hook where id = $1 returning id', values: [id] });
  return rows.length > 0;
}
