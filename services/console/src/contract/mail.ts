// The queue, and what became of mail.
import { adminQueue, adminTrace, heldBy, type QueueOutcome } from '@pochtar/bus';
import { z } from 'zod';
import { notFound } from '../problem.ts';
import { asks } from './route.ts';

const mail = z.object({ mail: z.uuid() });
const mails = z.array(z.uuid()).min(1).max(500);
const selection = z.strictObject({ mails });
const heldSelection = selection.extend({
  heldBy: heldBy.optional(),
  filter: z.string().max(32).optional(),
});
const search = z.string().max(320).optional();

/** Mails of which the asker sees none do not exist; of some, the answer says which. */
export function ofKnown(outcome: QueueOutcome): QueueOutcome {
  const { done, skipped, unknown } = outcome;
  if (done.length === 0 && skipped.length === unknown.length) throw notFound(['mails']);
  return outcome;
}

const filter = {
  state: z.enum(['active', 'parked', 'held', 'scheduled']).optional(),
  heldBy: heldBy.optional(),
  filter: z.string().max(32).optional(),
  sender: search,
  recipient: search,
  destination: z.string().max(255).optional(),
  reason: search,
  olderThanMinutes: z.coerce.number().int().min(0).max(1_000_000).optional(),
};

export const mailRoutes = {
  'GET /queue': asks(adminQueue.list, {
    summary: 'mails in the queue, oldest first',
    query: z.strictObject({
      ...filter,
      after: z.uuid().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    request: ({ query }) => query,
  }),
  'GET /queue/matching': asks(adminQueue.matching, {
    summary: 'the ids of all mails that a filter finds: an act on them is of none that arrive later',
    query: z.strictObject(filter),
    request: ({ query }) => query,
  }),
  'GET /queue/destinations': asks(adminQueue.destinations, {
    summary: 'the queue by where it goes',
    request: () => ({}),
  }),
  'POST /queue/plan': asks(adminQueue.plan, {
    summary: 'what waiting mail would do under settings that are not saved',
    body: z.strictObject({
      queue: z.record(z.string().max(64), z.unknown()).default({}),
      relay: z.strictObject({ host: z.string().max(255).optional() }).default({}),
    }),
    request: ({ body }) => body,
  }),
  'GET /queue/:mail': asks(adminQueue.show, {
    summary: 'one mail of the queue with its verdicts and a page of its recipients',
    params: mail,
    query: z.strictObject({
      after: search,
      limit: z.coerce.number().int().min(1).max(500).default(200),
    }),
    request: ({ params, query }) => ({ ...params, ...query }),
  }),
  'POST /queue/retry': asks(adminQueue.retry, {
    summary: 'tries these mails now',
    body: selection,
    request: ({ body }) => body,
    answer: ofKnown,
  }),
  'POST /queue/hold': asks(adminQueue.hold, {
    summary: 'keeps these mails until they are released',
    body: selection,
    request: ({ body }) => body,
    answer: ofKnown,
  }),
  'POST /queue/release': asks(adminQueue.release, {
    summary: 'lets held mails go on',
    body: heldSelection.extend({ isUnscanned: z.boolean().optional() }),
    request: ({ body }) => body,
    answer: ofKnown,
  }),
  'POST /queue/delete': asks(adminQueue.delete, {
    summary: 'removes these mails; nobody is told',
    body: selection,
    request: ({ body }) => body,
    answer: ofKnown,
  }),
  'POST /queue/return': asks(adminQueue.return, {
    summary: 'gives these mails up; the senders are told',
    body: selection,
    request: ({ body }) => body,
    answer: ofKnown,
  }),
  'POST /queue/test-mail': asks(adminQueue.sendTest, {
    summary: 'sends a mail of the server itself, whose way can be followed in the trace',
    body: z.strictObject({ to: z.string().min(1).max(320), domain: z.string().max(255).optional() }),
    request: ({ body }) => body,
    status: 201,
  }),
  'POST /queue/redirect': asks(adminQueue.redirect, {
    summary: 'sends these mails to another address',
    body: heldSelection.extend({ to: z.string().min(1).max(320) }),
    request: ({ body }) => body,
    answer: ofKnown,
  }),

  'GET /trace': asks(adminTrace.find, {
    summary: 'what became of mail: ended recipients and refused attempts, newest first',
    query: z.strictObject({
      address: search,
      sender: search,
      recipient: search,
      clientAddress: z.string().max(64).optional(),
      messageId: z.string().max(998).optional(),
      subject: search,
      outcome: z.string().max(32).optional(),
      since: z.iso.datetime().optional(),
      until: z.iso.datetime().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    request: ({ query }) => query,
  }),
  'GET /trace/:mail': asks(adminTrace.show, {
    summary:
      'the recipients of one mail: a page of those that have ended, and the first that are still queued',
    params: mail,
    query: z.strictObject({
      after: z.string().max(12).regex(/^\d+$/).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(200),
    }),
    request: ({ params, query }) => ({ ...params, ...query }),
    answer(found) {
      if (found.queued === null && found.total === 0) throw notFound(['mail']);
      return found;
    },
  }),
};
