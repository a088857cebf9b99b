// First steps of a new server that were put off. Most are the server's; some each administrator has for themselves.
import type { Queryable } from '../db.ts';

export interface PutOffStep {
  step: string;
  reason: string;
  author: string;
  putOffAt: Date;
}

/** The row's owner: the administrator of this login; null, or an unknown login: the server. */
const owner = '(select id from directory.administrator where login = $1)';

/** The server's, and those of the administrator with this login; in the order in which they were put off. */
export function listPutOffSteps(db: Queryable, login: string | null): Promise<PutOffStep[]> {
  return db.query<PutOffStep>({
    name: 'steps_list',
    text: `select step, reason, author, put_off_at as "putOffAt" from settings.put_off_step
      where administrator_id is null or administrator_id = ${owner} order by put_off_at, step`,
    values: [login],
  });
}

/** A step that is put off again has the new reason. */
export async function putOffStep(
  db: Queryable,
  { step, reason, author }: Omit<PutOffStep, 'putOffAt'>,
  login: string | null,
): Promise<PutOffStep> {
  const [row] = await db.query<PutOffStep>({
    name: 'steps_put_off',
    text: `insert into settings.put_off_step (administrator_id, step, reason, author)
      values (${owner}, $2, $3, $4)
      on conflict (step, administrator_id) do update
        set reason = excluded.reason, author = excluded.author, put_off_at = now()
      returning step, reason, author, put_off_at as "putOffAt"`,
    values: [login, step, reason, author],
  });
  return row as PutOffStep;
}

/** Whether it was put off. */
export async function resumeStep(db: Queryable, step: string, login: string | null): Promise<boolean> {
  const gone = await db.query({
    name: 'steps_resume',
    text: `delete from settings.put_off_step
      where step = $2 and administrator_id is not distinct from ${owner} returning step`,
    values: [login, step],
  });
  return gone.length > 0;
}
