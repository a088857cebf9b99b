// Telling a hook: one process at a time has it, by a lease; the events that wait are taken in the order in which they
// happened, and what was answered is written down. A process that dies leaves its lease to run out, and whoever has it next
// tells again what was not written: at least once, under the same id.
import type { Database, Queryable } from '../db.ts';
import { type MasterKey, openSecret } from '../settings/secrets.ts';
import { hookSecretName } from './hooks.ts';

export const LEASE_SECONDS = 30;

/** What is needed to tell. */
export interface HookTarget {
  id: number;
  name: string;
  url: string;
  /** The newest first; the one before counts for a while. */
  secrets: string[];
  /** In a row, before this. */
  failures: number;
  failingSince: Date | null;
}

/** Hooks with something to be told now that no process has, those that wait longest first. */
export async function hooksToTell(db: Queryable, limit: number): Promise<number[]> {
  const rows = await db.query<{ id: number }>({
    name: 'hooks_to_tell',
    text: `select h.id from hook.hook h join hook.sending s on s.hook_id = h.id, lateral (
        select m.occurred_at from hook.message m where m.hook_id = h.id and m.state = 'waiting'
        order by m.occurred_at, m.id limit 1) oldest
      where h.enabled and s.paused_at is null and (s.next_at is null or s.next_at <= now())
        and (s.lease_until is null or s.lease_until < now())
        and exists (select from hook.message d where d.hook_id = h.id and d.state = 'waiting' and d.due_at <= now())
      order by oldest.occurred_at limit $1`,
    values: [limit],
  });
  return rows.map(({ id }) => id);
}

interface TargetRow extends Omit<HookTarget, 'secrets'> {
  secret: Buffer;
  previous: Buffer | null;
}

const TARGET = `h.id, h.name, h.url, h.secret, case when h.previous_until > now() then h.previous_secret end as previous,
  s.failures, s.failing_since as "failingSince"`;

function targetOf({ secret, previous, ...rest }: TargetRow, key: MasterKey): HookTarget {
  const sealed = previous === null ? [secret] : [secret, previous];
  return { ...rest, secrets: sealed.map((one) => openSecret(key, hookSecretName(rest.id), one)) };
}

/** For `owner`, until LEASE_SECONDS from now; null: another process has it, or it is off by now. */
export async function leaseHook(
  db: Queryable,
  key: MasterKey,
  id: number,
  owner: string,
): Promise<HookTarget | null> {
  const [row] = await db.query<TargetRow>({
    name: 'lease_hook',
    text: `update hook.sending s set lease_owner = $2, lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
      from hook.hook h
      where s.hook_id = $1 and h.id = s.hook_id and h.enabled and s.paused_at is null
        and (s.lease_until is null or s.lease_until < now() or s.lease_owner = $2)
      returning ${TARGET}`,
    values: [id, owner],
  });
  return row === undefined ? null : targetOf(row, key);
}

/** A hook as it is, on or off, for one that is told out of turn. */
export async function hookTarget(db: Queryable, key: MasterKey, id: number): Promise<HookTarget | null> {
  const [row] = await db.query<TargetRow>({
    text: `select ${TARGET} from hook.hook h join hook.sending s on s.hook_id = h.id where h.id = $1`,
    values: [id],
  });
  return row === undefined ? null : targetOf(row, key);
}

/** Whether the lease was still the owner's. */
export async function renewHookLease(db: Queryable, id: number, owner: string): Promise<boolean> {
  const rows = await db.query({
    name: 'renew_hook_lease',
    text: `update hook.sending set lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
      where hook_id = $1 and lease_owner = $2 returning hook_id`,
    values: [id, owner],
  });
  return rows.length > 0;
}

export async function releaseHook(db: Queryable, id: number, owner: string): Promise<void> {
  await db.query({
    name: 'release_hook',
    text: 'update hook.sending set lease_owner = null, lease_until = null where hook_id = $1 and lease_owner = $2',
    values: [id, owner],
  });
}

export interface HookMessage {
  id: string;
  kind: string;
  occurredAt: Date;
  data: unknown;
  attempts: number;
  expiresAt: Date;
}

/** Those that are due, in the order in which they happened. */
export function dueMessages(db: Queryable, hook: number, limit: number): Promise<HookMessage[]> {
  return db.query<HookMessage>({
    name: 'due_hook_messages',
    text: `select id, kind, occurred_at as "occurredAt", data, attempts, expires_at as "expiresAt" from hook.message
      where hook_id = $1 and state = 'waiting' and due_at <= now() order by occurred_at, id limit $2`,
    values: [hook, limit],
  });
}

export interface Told {
  id: string;
  state: 'sent' | 'waiting' | 'givenUp';
  /** When it is tried again. */
  dueAt: Date;
  at: Date;
  status: number | null;
  answer: string;
}

/** How telling goes after this. */
export interface Standing {
  failures: number;
  failingSince: Date | null;
  nextAt: Date | null;
  lastSuccessAt: Date | null;
  lastFault: string | null;
  isPaused: boolean;
  /** It works again: whatever waits is due at once. */
  isRecovered: boolean;
}

/** What was answered, and how the hook stands: one transaction. */
export function noteTold(
  db: Database,
  hook: number,
  told: readonly Told[],
  standing: Standing,
): Promise<void> {
  return db.transaction(async (tx) => {
    await tx.query({
      name: 'note_told',
      text: `update hook.message m set state = t.state, attempts = m.attempts + 1, due_at = t.due_at, last_at = t.at,
          last_status = t.status, last_answer = t.answer
        from json_to_recordset($2::json) as t(id uuid, state text, due_at timestamptz, at timestamptz, status int, answer text)
        where m.hook_id = $1 and m.id = t.id and m.state = 'waiting'`,
      values: [hook, JSON.stringify(told.map(({ dueAt, ...rest }) => ({ ...rest, due_at: dueAt })))],
    });
    const { failures, failingSince, nextAt, lastSuccessAt, lastFault, isPaused } = standing;
    await tx.query({
      name: 'note_standing',
      text: `update hook.sending set failures = $2, failing_since = $3, next_at = $4,
          last_success_at = coalesce($5, last_success_at), last_fault = $6,
          paused_at = case when $7 then now() else paused_at end
        where hook_id = $1`,
      values: [hook, failures, failingSince, nextAt, lastSuccessAt, lastFault, isPaused],
    });
    if (standing.isRecovered) {
      await tx.query({
        text: `update hook.message set due_at = now() where hook_id = $1 and state = 'waiting' and due_at > now()`,
        values: [hook],
      });
    }
  });
}
