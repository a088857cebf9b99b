// Web hooks, and what was told to them.
import { adminHooks, hookKind } from '@pochtar/bus';
import { z } from 'zod';
import { asks } from './route.ts';

const hook = z.object({ id: z.coerce.number().int().positive() });
const fields = z.strictObject({
  name: z.string().min(1).max(100),
  url: z.string().min(1).max(2000),
  enabled: z.boolean().default(true),
  kinds: z.array(hookKind).min(1).max(4),
  /** Whose mail is told of; null: of all. */
  domains: z.array(z.string().min(1).max(255)).min(1).max(1000).nullable().default(null),
  withSubject: z.boolean().default(false),
});

export const hookRoutes = {
  'GET /hooks': asks(adminHooks.list, {
    summary: 'web hooks: what each is told, and how telling it goes',
    request: () => ({}),
  }),
  'POST /hooks': asks(adminHooks.add, {
    summary: 'makes a web hook; its secret is shown this once',
    body: fields,
    request: ({ body }) => body,
    status: 201,
  }),
  'PUT /hooks/:id': asks(adminHooks.change, {
    summary: 'changes a web hook, and lets one go on that was paused by itself',
    params: hook,
    body: fields,
    request: ({ params, body }) => ({ ...params, ...body }),
  }),
  'DELETE /hooks/:id': asks(adminHooks.remove, {
    summary: 'removes a web hook with its ledger',
    params: hook,
    request: ({ params }) => params,
  }),
  'POST /hooks/:id/secret': asks(adminHooks.rotate, {
    summary: 'a new secret, shown this once; the one before signs too for some time',
    params: hook,
    body: z.strictObject({ overlapHours: z.int().min(0).max(720).default(24) }),
    request: ({ params, body }) => ({ ...params, ...body }),
  }),
  'POST /hooks/:id/test': asks(adminHooks.test, {
    summary: 'sends an event that tells of nothing, and answers what came back',
    params: hook,
    request: ({ params }) => params,
  }),
  'GET /hooks/:id/events': asks(adminHooks.ledger, {
    summary: 'what was told to a web hook, what waits and what was given up, newest first',
    params: hook,
    query: z.strictObject({
      state: z.enum(['waiting', 'sent', 'givenUp']).optional(),
      mail: z.uuid().optional(),
      after: z.uuid().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    request: ({ params, query }) => ({ ...params, ...query }),
  }),
  'GET /hooks/:id/events/:event': asks(adminHooks.payload, {
    summary: 'what an event tells',
    params: hook.extend({ event: z.uuid() }),
    request: ({ params }) => params,
  }),
  'POST /hooks/:id/redeliver': asks(adminHooks.redeliver, {
    summary: 'tells events once more: those that are named, or (null) all that were given up',
    params: hook,
    body: z.strictObject({ events: z.array(z.uuid()).min(1).max(500).nullable().default(null) }),
    request: ({ params, body }) => ({ ...params, ...body }),
  }),
};
