// Long work: what waits, runs and has ended.
import { adminQueue, adminTask, heldBy, queueAction } from '@pochtar/bus';
import { z } from 'zod';
import { asks } from './route.ts';

const task = z.object({ id: z.coerce.number().int().positive() });
const search = z.string().max(320).optional();

export const taskRoutes = {
  'GET /tasks': asks(adminTask.list, {
    summary: 'long work, newest first',
    query: z.strictObject({
      before: z.coerce.number().int().positive().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    request: ({ query }) => query,
  }),
  'GET /tasks/:id': asks(adminTask.show, {
    summary: 'how far a task came',
    params: task,
    request: ({ params }) => params,
  }),
  'POST /tasks/:id/cancel': asks(adminTask.cancel, {
    summary: 'takes a task back; what it has done stays done',
    params: task,
    request: ({ params }) => params,
  }),
  'POST /queue/tasks': asks(adminQueue.begin, {
    summary: 'does something with all mails that a filter finds now, as a task',
    body: z.strictObject({
      action: queueAction,
      to: z.string().min(1).max(320).optional(),
      state: z.enum(['active', 'parked', 'held', 'scheduled']).optional(),
      heldBy: heldBy.optional(),
      filter: z.string().max(32).optional(),
      sender: search,
      recipient: search,
      destination: z.string().max(255).optional(),
      reason: search,
      olderThanMinutes: z.int().min(0).max(1_000_000).optional(),
    }),
    request: ({ body }) => body,
    status: 201,
  }),
};
