// Questions about mail in the queue and about what became of mail; delivery answers.
import { z } from 'zod';
import { changesAll, changesInScope, looksAtAll, looksInScope } from './access.ts';
import { problem } from './problem.ts';
import { adminQuestion } from './question.ts';
import { oneTask } from './tasks.ts';

const time = z.iso.datetime();
const mailId = z.uuid();
const searchText = z.string().max(320);

/** Who keeps a held mail: a filter by its verdict, a step that failed for good, a person, a volume without its body. */
export const heldBy = z.enum(['filter', 'poison', 'person', 'volume']);
export type HeldBy = z.infer<typeof heldBy>;
const filterName = z.string().max(32);

const recipient = z.object({
  address: z.string(),
  route: z.enum(['unrouted', 'local', 'remote']),
  destination: z.string().nullable(),
  expandedFrom: z.string().nullable(),
  dueAt: time.nullable(),
  attempts: z.int(),
  lastAttemptAt: time.nullable(),
  lastReply: z.string().nullable(),
});

const queuedMail = z.object({
  mail: z.string(),
  acceptedAt: time,
  /** '' is the null reverse path */
  reversePath: z.string(),
  origin: z.enum(['incoming', 'submitted', 'system']),
  size: z.int(),
  /** active: under way; parked: waits for dueAt; held: waits for a person; scheduled: waits for a far side */
  state: z.enum(['active', 'parked', 'held', 'scheduled']),
  step: z.string(),
  dueAt: time.nullable(),
  reason: z.string().nullable(),
  /** Null unless held. */
  heldBy: heldBy.nullable().default(null),
  /** Which filter holds. */
  heldFilter: z.string().nullable().default(null),
  /** Of the recipients in the asker's scope. */
  recipientCount: z.int(),
  /** The first ten. */
  recipients: z.array(recipient),
});
export type QueuedMail = z.infer<typeof queuedMail>;

const selection = z.object({ mails: z.array(mailId).min(1).max(500) });
/**
 * A release is of one kind of hold: mails of several kinds are refused unless one is named, and then only its mails
 * are let go. What a filter holds is let go for that filter alone.
 */
const heldSelection = selection.extend({ heldBy: heldBy.optional(), filter: filterName.optional() });
export const queueOutcome = z.object({
  done: z.array(z.string()),
  /**
   * Not in the queue (any more), not in a state in which this can be done, held by somebody else than was named, or
   * with recipients outside of the asker's scope where the whole mail is concerned (hold, release).
   */
  skipped: z.array(z.string()),
  /** Of these, what is not in the queue for the asker: it has left, never was, or is out of scope. */
  unknown: z.array(z.string()).default([]),
  /** Why, of those that were skipped for a reason that the asker can do something about. */
  complaints: z.array(z.object({ mail: z.string(), problem })).default([]),
});
export type QueueOutcome = z.infer<typeof queueOutcome>;

/** What narrows the queue. */
const queueFilter = {
  state: z.enum(['active', 'parked', 'held', 'scheduled']).optional(),
  heldBy: heldBy.optional(),
  /** Held by this filter. */
  filter: filterName.optional(),
  /** Part of the reverse path. */
  sender: searchText.optional(),
  /** Part of a recipient's address. */
  recipient: searchText.optional(),
  /** The domain of a recipient, or where the mail goes. */
  destination: z.string().max(255).optional(),
  /** Words of why it waits, as a filter or the far side said it. */
  reason: searchText.optional(),
  olderThanMinutes: z.int().min(0).max(1_000_000).optional(),
};

const destination = z.object({
  /** A domain; `relay:` is the external server of the settings. */
  destination: z.string(),
  /** Recipients. */
  waiting: z.int(),
  /** By age: up to 1, 5 and 24 hours, and older. */
  byAge: z.array(z.int()).length(4),
  oldestAt: time,
  nextAt: time.nullable(),
  lastAttemptAt: time.nullable(),
  lastReply: z.string().nullable(),
  /** Who has paused it; null: mail goes there. */
  pausedBy: z.string().nullable().default(null),
  /** It could not be reached: nobody connects before. */
  probeAt: time.nullable().default(null),
});
export type QueueDestinationInfo = z.infer<typeof destination>;

/** As `queue.destinations` answers it. */
const destinationName = z.string().trim().min(1).max(300);

const span = z.object({ first: time.nullable(), last: time.nullable() });

/** Of recipients that were tried in vain and wait. */
const planned = z.object({
  waiting: z.int(),
  /** Their next attempt would come earlier, or later. */
  earlier: z.int(),
  later: z.int(),
  /** Given up at once, their senders told: their time would be over. */
  returned: z.int(),
  /** They would go another way: over the relay, or no longer over it. */
  redirected: z.int(),
  /** When the first and the last of them are tried, as things stand and then. */
  before: span,
  after: span,
  /** False: there are more than could be looked at in a moment. */
  isWhole: z.boolean(),
});
export type QueuePlanned = z.infer<typeof planned>;

/** What can be done with mails. */
export const queueAction = z.enum(['retry', 'hold', 'release', 'delete', 'return', 'redirect']);
export type QueueActionName = z.infer<typeof queueAction>;

/** More than so many are not worked on one after another while somebody waits. */
export const MOST_AT_ONCE = 500;
/** Of one task. */
export const MOST_OF_TASK = 200_000;

const mailsOf = ({ mails }: { mails: string[] }): string => mails.join(', ');

export const adminQueue = {
  list: adminQuestion(
    'delivery',
    'queue.list',
    'mails in the queue, oldest first',
    z.object({
      ...queueFilter,
      /** The last id of the page before. */
      after: mailId.optional(),
      limit: z.int().min(1).max(200).default(50),
    }),
    z.object({
      mails: z.array(queuedMail),
      /** Of all pages; counted up to 10,000. A search for a part of an address or for words counts what it has passed. */
      total: z.int(),
      /** False: there are more than are counted. */
      isTotalExact: z.boolean().default(true),
      next: z.string().nullable(),
      /** Such a search lasts a moment only. Not null: it has looked at what was accepted until then, and `next` looks further. */
      searchedUntil: time.nullable().default(null),
    }),
    looksInScope,
  ),
  matching: adminQuestion(
    'delivery',
    'queue.matching',
    'the ids of all mails that a filter finds, so that an act is of those and of none that arrive later',
    z.object({ ...queueFilter, limit: z.int().min(1).max(10_000).default(10_000) }),
    z.object({
      /** Ids; ten thousand are not looked at one by one on their way. */
      mails: z.array(z.string()),
      /** There are more. */
      isCut: z.boolean(),
      asOf: time,
    }),
    looksInScope,
  ),
  destinations: adminQuestion(
    'delivery',
    'queue.destinations',
    'the queue by where it goes: what waits since when, the last answer, the next try; those with the most first',
    z.object({ limit: z.int().min(1).max(500).default(200) }),
    z.object({ destinations: z.array(destination) }),
    looksInScope,
  ),
  pause: adminQuestion(
    'delivery',
    'queue.pause',
    'sends nothing to a destination until it is resumed; its mail waits',
    z.object({ destination: destinationName }),
    z.object({ destination: z.string() }),
    changesAll(({ destination: name }) => name),
  ),
  resume: adminQuestion(
    'delivery',
    'queue.resume',
    'sends to a paused destination again, at once',
    z.object({ destination: destinationName }),
    z.object({ destination: z.string() }),
    changesAll(({ destination: name }) => name),
  ),
  plan: adminQuestion(
    'delivery',
    'queue.plan',
    'what waiting mail would do under settings that are not saved',
    z.object({
      /** Fields that would change; the others are as they are in force. */
      queue: z.record(z.string().max(64), z.unknown()).default({}),
      relay: z.object({ host: z.string().max(255).optional() }).default({}),
    }),
    planned,
    looksAtAll,
  ),
  show: adminQuestion(
    'delivery',
    'queue.show',
    'one mail of the queue with its recipients, in the order of their addresses, and verdicts',
    z.object({
      mail: mailId,
      /** The last recipient of the page before. */
      after: searchText.optional(),
      limit: z.int().min(1).max(500).default(200),
    }),
    z.object({
      /** Its recipients are those of this page. */
      mail: queuedMail,
      /** `after` of the next page of recipients. */
      next: z.string().nullable().default(null),
      clientAddress: z.string().nullable(),
      helo: z.string(),
      subject: z.string(),
      slip: z.array(z.string()),
      verdicts: z.array(
        z.object({
          filter: z.string(),
          /** '' when it is the verdict on the mail; otherwise the recipient for whom it is different. */
          recipient: z.string().default(''),
          /** The newest counts. */
          generation: z.int().default(1),
          result: z.string(),
          reason: z.string(),
          at: time,
        }),
      ),
      /** False: there are more than the first 500 verdicts, which are those on the mail and then on recipients. */
      isVerdictsWhole: z.boolean().default(true),
    }),
    looksInScope,
  ),
  retry: adminQuestion(
    'delivery',
    'queue.retry',
    'tries these mails now',
    selection,
    queueOutcome,
    changesInScope(mailsOf),
  ),
  hold: adminQuestion(
    'delivery',
    'queue.hold',
    'keeps these mails until they are released',
    selection,
    queueOutcome,
    changesInScope(mailsOf),
  ),
  release: adminQuestion(
    'delivery',
    'queue.release',
    'lets held mails go on',
    heldSelection.extend({
      /** Mails that wait at `filter`, which has not looked at them, pass it all the same. */
      isUnscanned: z.boolean().optional(),
    }),
    queueOutcome,
    changesInScope(mailsOf, ['heldBy', 'filter', 'isUnscanned']),
  ),
  delete: adminQuestion(
    'delivery',
    'queue.delete',
    'removes these mails; nobody is told',
    selection,
    queueOutcome,
    changesInScope(mailsOf),
  ),
  return: adminQuestion(
    'delivery',
    'queue.return',
    'gives these mails up; the senders are told',
    selection,
    queueOutcome,
    changesInScope(mailsOf),
  ),
  begin: adminQuestion(
    'delivery',
    'queue.begin',
    'does something with all mails that a filter finds now, as a task; what arrives later is not touched',
    z.object({
      ...queueFilter,
      action: queueAction,
      /** Of a redirection. */
      to: z.string().min(1).max(320).optional(),
    }),
    oneTask,
    changesInScope(({ action }) => action, [...Object.keys(queueFilter), 'action', 'to']),
  ),
  sendTest: adminQuestion(
    'delivery',
    'queue.sendTest',
    'sends a mail of the server itself, from the postmaster of a domain of ours, so that its way can be followed',
    z.object({
      to: z.string().min(1).max(320),
      /** Of the sender; left out: that of `to` when it is ours, otherwise the default domain or the oldest one. */
      domain: z.string().max(255).optional(),
    }),
    z.object({ mail: mailId, from: z.string() }),
    changesInScope(({ to }) => to, ['domain']),
  ),
  redirect: adminQuestion(
    'delivery',
    'queue.redirect',
    'sends these mails to another address instead of their recipients',
    heldSelection.extend({ to: z.string().min(1).max(320) }),
    queueOutcome,
    changesInScope(mailsOf, ['to', 'heldBy', 'filter']),
  ),
};

const traceDelivery = z.object({
  mail: z.string(),
  recipient: z.string(),
  reversePath: z.string(),
  origin: z.string(),
  clientAddress: z.string().nullable(),
  size: z.int(),
  acceptedAt: time,
  endedAt: time,
  /** delivered, relayed, expanded, bounced, discarded, redirected */
  outcome: z.string(),
  detail: z.string(),
  attempts: z.int(),
  messageId: z.string().nullable().default(null),
  subject: z.string().nullable().default(null),
});
export type TraceDelivery = z.infer<typeof traceDelivery>;

const traceRefusal = z.object({
  at: time,
  clientAddress: z.string().nullable(),
  reversePath: z.string().nullable(),
  /** One that was asked for, otherwise the first. */
  recipient: z.string().nullable(),
  /** More of them, as many as are kept. */
  otherRecipients: z.array(z.string()).default([]),
  reply: z.string(),
  /** So often in the minute; the sender is that of the first. */
  count: z.int(),
});
export type TraceRefusal = z.infer<typeof traceRefusal>;

export const adminTrace = {
  find: adminQuestion(
    'delivery',
    'trace.find',
    'what became of mail: ended recipients and refused attempts, newest first',
    z.object({
      /** Part of the sender's or a recipient's address. */
      address: searchText.optional(),
      sender: searchText.optional(),
      recipient: searchText.optional(),
      clientAddress: z.string().max(64).optional(),
      /** Whole, with or without its brackets. */
      messageId: z.string().max(998).optional(),
      /** Part of it. */
      subject: searchText.optional(),
      outcome: z.string().max(32).optional(),
      since: time.optional(),
      until: time.optional(),
      limit: z.int().min(1).max(500).default(50),
    }),
    z.object({
      deliveries: z.array(traceDelivery),
      refusals: z.array(traceRefusal),
      /** More were found than fit into one answer: these are the newest of each kind. */
      isCut: z.boolean().default(false),
      /** A search lasts a moment only. Not null: it has looked at what is newer, and `until` this time looks further. */
      searchedSince: time.nullable().default(null),
    }),
    looksInScope,
  ),
  show: adminQuestion(
    'delivery',
    'trace.show',
    'the recipients of one mail, those that have ended in pages, and the first of those that are still queued',
    z.object({
      mail: mailId,
      /** `next` of the page before. */
      after: z.string().max(12).regex(/^\d+$/).optional(),
      limit: z.int().min(1).max(500).default(200),
    }),
    z.object({
      deliveries: z.array(traceDelivery),
      /** Of all pages. */
      total: z.int().default(0),
      next: z.string().nullable().default(null),
      queued: queuedMail.nullable(),
    }),
    looksInScope,
  ),
};
