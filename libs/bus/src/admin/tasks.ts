// Questions about long work: what waits, runs and has ended, and taking it back. Delivery answers for what it does itself.
import { z } from 'zod';
import { changesInScope, looksInScope } from './access.ts';
import { adminQuestion } from './question.ts';

const time = z.iso.datetime();
const id = z.int().positive();

export const taskState = z.enum(['waiting', 'running', 'done', 'cancelled', 'failed']);

const task = z.object({
  id,
  /** What is done: `queue.retry` */
  kind: z.string(),
  /** How: what was asked when it was made. */
  input: z.record(z.string(), z.unknown()),
  state: taskState,
  /** So many of `total` are done with, one way or another. */
  place: z.int(),
  total: z.int(),
  changed: z.int(),
  /** Those that were left, by reason: `unknown` (gone, or out of scope), `state`, `othersRecipients`. */
  skipped: z.record(z.string(), z.int()),
  /** Somebody has taken it back; it ends after the piece in hand. */
  isCancelled: z.boolean(),
  fault: z.string().nullable(),
  author: z.string(),
  createdAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
});
export type TaskInfo = z.infer<typeof task>;

export const oneTask = z.object({ task });

export const adminTask = {
  list: adminQuestion(
    'delivery',
    'task.list',
    'long work, the newest first; of an administrator of domains his own',
    z.object({
      /** The last id of the page before. */
      before: id.optional(),
      limit: z.int().min(1).max(200).default(50),
    }),
    z.object({ tasks: z.array(task), next: z.int().nullable() }),
    looksInScope,
  ),
  show: adminQuestion(
    'delivery',
    'task.show',
    'how far a task came',
    z.object({ id }),
    oneTask,
    looksInScope,
  ),
  cancel: adminQuestion(
    'delivery',
    'task.cancel',
    'takes a task back; what it has done stays done',
    z.object({ id }),
    oneTask,
    changesInScope(({ id: one }) => String(one)),
  ),
};
