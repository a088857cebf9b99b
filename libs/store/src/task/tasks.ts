// Tasks: made with what they work on, taken by lease, written on with each piece, and looked at. An administrator of domains
// sees his own.
import type { Queryable } from '../db.ts';
import { type Scope, scopeIds } from '../directory/scope.ts';

export type TaskState = 'waiting' | 'running' | 'done' | 'cancelled' | 'failed';

export interface TaskOwner {
  author: string;
  role: string;
  login?: string | undefined;
  scope: Scope;
}

export interface Task {
  id: number;
  kind: string;
  input: Record<string, unknown>;
  state: TaskState;
  place: number;
  total: number;
  changed: number;
  skipped: Record<string, number>;
  isCancelled: boolean;
  fault: string | null;
  author: string;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
}

const COLUMNS = `id, kind, input, state, place, total, changed, skipped, is_cancelled as "isCancelled", fault, author,
  created_at as "createdAt", started_at as "startedAt", ended_at as "endedAt"`;

export const TASK_LEASE_SECONDS = 30;
/** So many wait or run at once; nobody begins more by pressing a button again and again. */
export const MAX_OPEN_TASKS = 20;
const KEPT_DAYS = 30;

/** The id; null: MAX_OPEN_TASKS wait or run already. */
export async function createTask(
  db: Queryable,
  task: { kind: string; input: Record<string, unknown>; items: readonly string[]; owner: TaskOwner },
): Promise<number | null> {
  const { author, role, login, scope } = task.owner;
  const [row] = await db.query<{ id: number }>({
    text: `insert into task.task (kind, input, items, total, author, role, login, scope)
      select $1, $2, $3::uuid[], cardinality($3::uuid[]), $4, $5, $6, $7::bigint[]
      where (select count(*) from task.task where state in ('waiting', 'running')) < ${MAX_OPEN_TASKS} returning id`,
    values: [task.kind, JSON.stringify(task.input), task.items, author, role, login ?? null, scopeIds(scope)],
  });
  return row?.id ?? null;
}

export interface TaskInHand extends Task {
  owner: TaskOwner;
}

interface TakenRow extends Task {
  role: string;
  login: string | null;
  scope: number[] | null;
}

/** The oldest of these kinds that no process has, for `worker`; null: there is none. */
export async function takeTask(
  db: Queryable,
  kinds: readonly string[],
  worker: string,
): Promise<TaskInHand | null> {
  const [row] = await db.query<TakenRow>({
    name: 'take_task',
    text: `update task.task t set state = 'running', started_at = coalesce(started_at, now()), lease_owner = $2,
        lease_until = now() + make_interval(secs => ${TASK_LEASE_SECONDS})
      where id = (select id from task.task where state in ('waiting', 'running') and kind = any($1)
        and (lease_until is null or lease_until < now()) order by id limit 1 for update skip locked)
      returning ${COLUMNS}, role, login, scope`,
    values: [kinds, worker],
  });
  if (row === undefined) return null;
  const { role, login, scope, ...task } = row;
  const { author } = task;
  return { ...task, owner: { author, role, login: login ?? undefined, scope: scope ?? 'all' } };
}

/** The objects from `place` on. */
export async function taskItems(db: Queryable, id: number, place: number, limit: number): Promise<string[]> {
  const [row] = await db.query<{ items: string[] }>({
    name: 'task_items',
    text: 'select coalesce(items[$2 + 1 : $2 + $3], $4) as items from task.task where id = $1',
    values: [id, place, limit, []],
  });
  return row?.items ?? [];
}

export interface TaskPiece {
  place: number;
  changed: number;
  skipped: Readonly<Record<string, number>>;
}

/** How far it came; the lease goes on. `lost`: another process has it; `cancelled`: somebody does not want it any more. */
export async function notePiece(
  db: Queryable,
  id: number,
  worker: string,
  { place, changed, skipped }: TaskPiece,
): Promise<'on' | 'cancelled' | 'lost'> {
  const [row] = await db.query<{ isCancelled: boolean }>({
    name: 'note_task_piece',
    text: `update task.task set place = $3, changed = $4, skipped = $5,
        lease_until = now() + make_interval(secs => ${TASK_LEASE_SECONDS})
      where id = $1 and lease_owner = $2 and state = 'running' returning is_cancelled as "isCancelled"`,
    values: [id, worker, place, changed, JSON.stringify(skipped)],
  });
  if (row === undefined) return 'lost';
  return row.isCancelled ? 'cancelled' : 'on';
}

export async function endTask(
  db: Queryable,
  id: number,
  worker: string,
  state: 'done' | 'cancelled' | 'failed',
  fault: string | null = null,
): Promise<void> {
  await db.query({
    name: 'end_task',
    text: `update task.task set state = $3, fault = $4, ended_at = now(), items = null, lease_owner = null, lease_until = null
      where id = $1 and lease_owner = $2 and state = 'running'`,
    values: [id, worker, state, fault],
  });
}

/** Another process, or this one later, goes on with it. */
export async function releaseTask(db: Queryable, id: number, worker: string): Promise<void> {
  await db.query({
    name: 'release_task',
    text: 'update task.task set lease_owner = null, lease_until = null where id = $1 and lease_owner = $2',
    values: [id, worker],
  });
}

/** Of the whole server all, of an administrator of domains his own. */
const seenBy = (owner: Pick<TaskOwner, 'author' | 'scope'>): string | null =>
  owner.scope === 'all' ? null : owner.author;
const IN_SIGHT = '($1::text is null or author = $1)';

/** The newest first. */
export function listTasks(
  db: Queryable,
  owner: Pick<TaskOwner, 'author' | 'scope'>,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<Task[]> {
  return db.query<Task>({
    name: 'list_tasks',
    text: `select ${COLUMNS} from task.task where ${IN_SIGHT} and ($2::bigint is null or id < $2) order by id desc limit $3`,
    values: [seenBy(owner), before ?? null, limit],
  });
}

export async function findTask(
  db: Queryable,
  owner: Pick<TaskOwner, 'author' | 'scope'>,
  id: number,
): Promise<Task | null> {
  const [row] = await db.query<Task>({
    name: 'find_task',
    text: `select ${COLUMNS} from task.task where ${IN_SIGHT} and id = $2`,
    values: [seenBy(owner), id],
  });
  return row ?? null;
}

/** What nobody has in hand ends at once, what is in hand after its piece. Null: there is none, or it has ended. */
export async function cancelTask(
  db: Queryable,
  owner: Pick<TaskOwner, 'author' | 'scope'>,
  id: number,
): Promise<Task | null> {
  const [row] = await db.query<Task>({
    text: `update task.task set is_cancelled = true,
        state = case when lease_until > now() then state else 'cancelled' end,
        ended_at = case when lease_until > now() then null else now() end,
        items = case when lease_until > now() then items end
      where ${IN_SIGHT} and id = $2 and state in ('waiting', 'running') returning ${COLUMNS}`,
    values: [seenBy(owner), id],
  });
  return row ?? null;
}

/** Removes at most `limit` that ended long ago; returns how many went. */
export async function forgetTasks(db: Queryable, limit: number): Promise<number> {
  const rows = await db.query({
    name: 'forget_tasks',
    text: `delete from task.task where ctid = any(array(
      select ctid from task.task where ended_at < now() - interval '${KEPT_DAYS} days' limit $1)) returning 1`,
    values: [limit],
  });
  return rows.length;
}
