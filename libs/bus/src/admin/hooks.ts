// Questions about web hooks; the settings process answers, a program of its own sends. A secret is shown once, when it is
// made.
import { z } from 'zod';
import { hookAnswer } from '../hook-try.ts';
import { changesAll, looksAtAll } from './access.ts';
import { adminQuestion } from './question.ts';

const time = z.iso.datetime();
const id = z.int().positive();
const eventId = z.uuid();

/** What is told: into a mailbox or to another server; given back to its sender; waits for a person; not let in. */
export const hookKind = z.enum(['delivered', 'bounced', 'held', 'refused']);

const eventState = z.enum(['waiting', 'sent', 'givenUp']);

const fields = {
  name: z.string().trim().min(1).max(100),
  /** https://…; http://… only to networks that the environment of the program `hooks` allows */
  url: z.string().trim().min(1).max(2000),
  enabled: z.boolean().default(true),
  kinds: z.array(hookKind).min(1).max(4),
  /** Whose mail: to their addresses, or submitted by their accounts; null: all. */
  domains: z.array(z.string().min(1).max(255)).min(1).max(1000).nullable().default(null),
  withSubject: z.boolean().default(false),
};

const hook = z.object({
  id,
  name: z.string(),
  url: z.string(),
  enabled: z.boolean(),
  kinds: z.array(hookKind),
  /** Those that there still are. */
  domains: z.array(z.string()).nullable(),
  withSubject: z.boolean(),
  author: z.string(),
  createdAt: time,
  changedAt: time,
  /** Until then the secret before signs too. */
  previousUntil: time.nullable(),
  /** Attempts in vain in a row, and since when nothing was taken. */
  failures: z.int(),
  failingSince: time.nullable(),
  /** Nothing is tried before. */
  nextAt: time.nullable(),
  lastSuccessAt: time.nullable(),
  lastFault: z.string().nullable(),
  /** It was paused by itself; a change lets it go on. */
  pausedAt: time.nullable(),
  /** So many events waited that those from then on were not kept. */
  overflowedAt: time.nullable(),
  /** Events that wait, counted up to 10,000. */
  waiting: z.int(),
  oldestAt: time.nullable(),
});
export type HookInfo = z.infer<typeof hook>;

const event = z.object({
  id: z.string(),
  kind: hookKind,
  mail: z.string().nullable(),
  recipient: z.string().nullable(),
  occurredAt: time,
  state: eventState,
  attempts: z.int(),
  /** When it is tried again; null unless it waits. */
  dueAt: time.nullable(),
  expiresAt: time,
  lastAt: time.nullable(),
  lastStatus: z.int().nullable(),
  lastAnswer: z.string().nullable(),
});
export type HookEventInfo = z.infer<typeof event>;
export type { HookAnswer } from '../hook-try.ts';

const object = (request: { id: number }): string => `${request.id}`;
const made = z.object({ hook, secret: z.string() });
const KEPT = ['name', 'enabled', 'kinds', 'domains', 'withSubject'];

export const adminHooks = {
  list: adminQuestion(
    'settings',
    'hooks.list',
    'web hooks: what each is told, and how telling it goes',
    z.object({}),
    z.object({ hooks: z.array(hook) }),
    looksAtAll,
  ),
  add: adminQuestion(
    'settings',
    'hooks.add',
    'makes a web hook; its secret is shown this once',
    z.object(fields),
    made,
    changesAll(({ name }) => name, KEPT),
  ),
  change: adminQuestion(
    'settings',
    'hooks.change',
    'changes a web hook, and lets one go on that was paused by itself',
    z.object({ ...fields, id }),
    z.object({ hook }),
    changesAll(object, KEPT),
  ),
  rotate: adminQuestion(
    'settings',
    'hooks.rotate',
    'gives a web hook a new secret, shown this once; the one before signs too for some time',
    z.object({ id, overlapHours: z.int().min(0).max(720).default(24) }),
    made,
    changesAll(object, ['overlapHours']),
  ),
  remove: adminQuestion(
    'settings',
    'hooks.remove',
    'removes a web hook with its ledger',
    z.object({ id }),
    z.object({}),
    changesAll(object),
  ),
  test: adminQuestion(
    'settings',
    'hooks.test',
    'sends an event that tells of nothing to a web hook now, also to one that is off',
    z.object({ id }),
    z.object({ answer: hookAnswer }),
    changesAll(object),
  ),
  ledger: adminQuestion(
    'settings',
    'hooks.ledger',
    'what was told to a web hook, what waits and what was given up, the newest first',
    z.object({
      id,
      state: eventState.optional(),
      mail: z.uuid().optional(),
      /** The last id of the page before. */
      after: eventId.optional(),
      limit: z.int().min(1).max(200).default(50),
    }),
    z.object({ events: z.array(event), next: z.string().nullable() }),
    looksAtAll,
  ),
  payload: adminQuestion(
    'settings',
    'hooks.payload',
    'what an event tells',
    z.object({ id, event: eventId }),
    z.object({ payload: z.record(z.string(), z.unknown()) }),
    looksAtAll,
  ),
  redeliver: adminQuestion(
    'settings',
    'hooks.redeliver',
    'tells events once more: those that are named, or all that were given up',
    z.object({ id, events: z.array(eventId).min(1).max(500).nullable().default(null) }),
    z.object({ count: z.int() }),
    changesAll(object),
  ),
};
