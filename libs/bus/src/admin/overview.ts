// Questions about how the server is at all: mail by the hour and what needs a hand. Each is answered where its numbers
// are, from counters that are kept, so that a page may ask often.
import { z } from 'zod';
import { looksInScope } from './access.ts';
import { text } from './problem.ts';
import { adminQuestion } from './question.ts';

const time = z.iso.datetime();
const count = z.int().nonnegative();

/** What needs a hand, worst first: what is, why, and what to do about it. */
const remark = z.object({
  /** A stable word for programs, such as `queueGrows`, `certificateEnds`. */
  code: z.string().max(64),
  /** danger: mail or people suffer now · warn: they soon will · notice: it would be better otherwise */
  tone: z.enum(['danger', 'warn', 'notice']),
  message: text,
  advice: text,
  /** The page of the console where something can be done. */
  to: z.string().max(400),
});
export type Remark = z.infer<typeof remark>;

const counts = {
  /** Mails that came in or were submitted. */
  accepted: count,
  /** Attempts that were answered 5yz, and 4yz. */
  refused: count,
  putOff: count,
  /** Recipients: into mailboxes here, to other servers, given back to their senders. */
  delivered: count,
  relayed: count,
  returned: count,
  /** Attempts to deliver that will be repeated. */
  deferred: count,
};
const day = z.object(counts);

const mail = z.object({
  /** The last 48 hours, oldest first; the last one is under way. */
  hours: z.array(z.object({ hour: time, ...counts })),
  /** When the last hour was counted; null: never yet. */
  countedAt: time.nullable(),
  /** The last 24 hours, and the same a week before; null: nothing was counted then. */
  day,
  weekBefore: day.nullable(),
  queue: z.object({
    waiting: count,
    /** There are more than are counted. */
    isMore: z.boolean(),
    oldestAt: time.nullable(),
    held: count,
  }),
  /** Why most was refused within a day, as the clients were told. */
  reasons: z.array(z.object({ reply: z.string(), count })),
  /** Of the volume that mail is written to; null: it has no such number, or it is not for the asker. */
  disk: z.object({ freeBytes: count, lowWaterBytes: count }).nullable(),
  remarks: z.array(remark),
});
export type MailOverview = z.infer<typeof mail>;

const server = z.object({
  domains: count,
  accounts: count,
  remarks: z.array(remark),
});
export type ServerOverview = z.infer<typeof server>;

export const adminOverview = {
  mail: adminQuestion(
    'delivery',
    'overview.mail',
    'mail by the hour of the last two days, what waits, and what of it needs a hand',
    z.object({}),
    mail,
    looksInScope,
  ),
  server: adminQuestion(
    'settings',
    'overview.server',
    'how many domains and mailboxes there are, and what of the server needs a hand',
    z.object({}),
    server,
    looksInScope,
  ),
};
