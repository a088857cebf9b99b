/** Answers kept for questions that are asked again with the same Idempotency-Key. What is kept is sealed by the caller. */
import type { Queryable } from '../db.ts';

/** Of one author: the newest so many, of so many bytes together; older ones are forgotten. */
const MAX_ANSWERS = 1000;
const MAX_BYTES = 10 * 1024 * 1024;
const KEEP_HOURS = 24;

export interface KeptQuestion {
  author: string;
  /** Keyed hashes. */
  id: Buffer;
  request: Buffer;
}

export type Begun =
  | { state: 'begun' }
  /** Asked before with something else. */
  | { state: 'other' }
  | { state: 'underWay' }
  /** Who began it did not end it in time. */
  | { state: 'cutOff' }
  | { state: 'answered'; answer: Buffer };

/** Begins a question unless it was begun before; of several at once one begins it. */
export async function beginAnswer(
  db: Queryable,
  { author, id, request }: KeptQuestion,
  withinSeconds: number,
): Promise<Begun> {
  const begun = await db.query({
    name: 'console.answer.begin',
    text: `insert into console.kept_answer as k (author, id, request, due_at)
      values ($1, $2, $3, now() + make_interval(secs => $4))
      on conflict (author, id) do update
        set request = excluded.request, begun_at = now(), due_at = excluded.due_at, answer = null
        where k.begun_at <= now() - make_interval(hours => $5)
      returning true`,
    values: [author, id, request, withinSeconds, KEEP_HOURS],
  });
  if (begun.length > 0) return { state: 'begun' };
  const [row] = await db.query<{ request: Buffer; answer: Buffer | null; isDue: boolean }>({
    name: 'console.answer.find',
    text: `select request, answer, due_at <= now() as "isDue" from console.kept_answer where author = $1 and id = $2`,
    values: [author, id],
  });
  // It was given up between the two: whoever asks again begins it.
  if (row === undefined) return { state: 'underWay' };
  if (!row.request.equals(request)) return { state: 'other' };
  if (row.answer !== null) return { state: 'answered', answer: row.answer };
  return { state: row.isDue ? 'cutOff' : 'underWay' };
}

/** Keeps the answer, and no more of the author than there is room for. */
export async function keepAnswer(db: Queryable, { author, id }: KeptQuestion, answer: Buffer): Promise<void> {
  await db.query({
    name: 'console.answer.keep',
    text: 'update console.kept_answer set answer = $3 where author = $1 and id = $2',
    values: [author, id, answer],
  });
  await db.query({
    name: 'console.answer.bound',
    text: `delete from console.kept_answer where author = $1 and id in (
      select id from (select id, answer, row_number() over newest as place,
          sum(coalesce(length(answer), 0)) over newest as bytes
        from console.kept_answer where author = $1 window newest as (order by begun_at desc, id)) k
      where answer is not null and (place > $2 or bytes > $3))`,
    values: [author, MAX_ANSWERS, MAX_BYTES],
  });
}

/** Nobody knows whether it was done: from now on it counts as cut off. */
export async function endUnknown(db: Queryable, { author, id }: KeptQuestion): Promise<void> {
  await db.query({
    name: 'console.answer.unknown',
    text: 'update console.kept_answer set due_at = now() where author = $1 and id = $2 and answer is null',
    values: [author, id],
  });
}

/** Nothing was done: the same key may begin it again. */
export async function forgetAnswer(db: Queryable, { author, id }: KeptQuestion): Promise<void> {
  await db.query({
    name: 'console.answer.forget',
    text: 'delete from console.kept_answer where author = $1 and id = $2 and answer is null',
    values: [author, id],
  });
}

/** Removes what is older than it is kept. */
export async function deleteOldAnswers(db: Queryable): Promise<void> {
  await db.query({
    text: 'delete from console.kept_answer where begun_at <= now() - make_interval(hours => $1)',
    values: [KEEP_HOURS],
  });
}
