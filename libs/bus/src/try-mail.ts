// What-if: what each filter would say of a mail that nobody sends, by settings that nobody has saved. Nothing is delivered,
// written or learnt.
//
// The settings process is asked by people (admin.test.mail); it makes whole documents of the draft, and asks smtp and the
// filters here. What they say comes together in its answer.
import { z } from 'zod';
import { dialogueFilters, incomingFilters } from './filter-order.ts';
import { offered } from './pieces.ts';
import type { Question } from './subjects.ts';

/** Who is asked: the server at the edge, and every filter. */
export const triers = ['smtp', ...dialogueFilters, ...incomingFilters] as const;
export type Trier = (typeof triers)[number];

/** A larger mail is not tried: every filter has it in memory. */
export const MAX_TRIED_BYTES = 16 * 1024 * 1024;
export const MAX_TRIED_RECIPIENTS = 20;
/** For one of those who are asked. All of them have to be done within a minute: so long an answer is taken by the bus. */
export const TRIER_MS = 12_000;

export const triedOrigins = ['incoming', 'submitted'] as const;

const address = z.string().max(400);

/** The envelope that a mail is tried with. */
const triedEnvelope = z.object({
  origin: z.enum(triedOrigins),
  /** '' is the null reverse path. */
  reversePath: address,
  recipients: z.array(address.min(1)).min(1).max(MAX_TRIED_RECIPIENTS),
  /** Null: it is not known, so nothing is asked about it. */
  clientAddress: z.string().max(64).nullable(),
  helo: z.string().max(255),
});
export type TriedEnvelope = z.infer<typeof triedEnvelope>;

const contentFilter = z.enum(incomingFilters);

const request = triedEnvelope.extend({
  /** As it would be stored: our fields in front, every line end CRLF. */
  mail: offered,
  /** Octets of it that are ours. */
  frontBytes: z.int().nonnegative(),
  /** Whole documents, valid together. */
  settings: z.record(z.string().max(64), z.record(z.string().max(64), z.json())),
  slip: z.array(contentFilter).max(incomingFilters.length),
  /** What the filters before said of the mail as a whole. */
  earlier: z
    .array(z.object({ filter: contentFilter, isReplaced: z.boolean() }))
    .max(incomingFilters.length)
    .default([]),
});
export type TryRequest = z.infer<typeof request>;

/** Of the fields that would be put in front, so many characters are told. */
export const MAX_TOLD_PREFIX = 8000;

/** What one of them says of the mail or of a single recipient. */
const trierSaid = z.object({
  /** '' is the mail as a whole. */
  recipient: address,
  /** defer: come again later, or: it waits. */
  result: z.enum(['accept', 'defer', 'reject', 'quarantine', 'discard']),
  /** Foreign text in it is encoded. */
  reason: z.string().max(1000),
  /** Header fields that would be put in front. */
  prefix: z.string().max(MAX_TOLD_PREFIX).nullable(),
  /** Something else would be delivered instead. */
  isReplaced: z.boolean(),
  /** The mailbox it would be put into, instead of INBOX. */
  target: z.string().max(400).nullable(),
  /** Settings that decided it: `antivirus.onUnscannable`. */
  decidedBy: z.array(z.string().max(128)).max(10).optional(),
  /** Of data loss prevention: the rule that was met. */
  rule: z.string().max(64).optional(),
});
export type TrierSaid = z.infer<typeof trierSaid>;

const reply = z.object({
  said: z.array(trierSaid).max(MAX_TRIED_RECIPIENTS + 1),
  /** Of smtp: the content filters that the mail would have to pass. */
  slip: z.array(contentFilter).optional(),
  /** It could not look. */
  failure: z.string().max(1000).optional(),
  /** Of smtp: the client is white, and is spared the filters of the dialogue. */
  isSpared: z.boolean().optional(),
});
export type TryReply = z.infer<typeof reply>;

/** Asked by the settings process alone. */
export function tryQuestion(trier: Trier): Question<TryRequest, TryReply> {
  return {
    name: `try.${trier}`,
    queueGroup: trier === 'smtp' ? 'smtp' : `filter-${trier}`,
    request,
    reply,
    purpose: `what ${trier} would say of a mail, by settings that are not saved; nothing is kept`,
  };
}
