// Questions about the quarantine: mail that a filter holds by its verdict until somebody decides; delivery answers. What else
// is held (poison, a person, a volume) is a matter of the queue.
import { z } from 'zod';
import { changesInScope, looksInScope } from './access.ts';
import { queueOutcome } from './queue.ts';
import { adminQuestion } from './question.ts';

const time = z.iso.datetime();
const mailId = z.uuid();
const searchText = z.string().max(320);
const filterName = z.string().max(32);

const quarantinedMail = z.object({
  mail: z.string(),
  acceptedAt: time,
  heldAt: time,
  /** When it is deleted by itself; null: never. */
  expiresAt: time.nullable(),
  /** '' is the null reverse path */
  reversePath: z.string(),
  origin: z.enum(['incoming', 'submitted', 'system']),
  size: z.int(),
  subject: z.string(),
  /** Who holds. */
  filter: z.string(),
  reason: z.string(),
  /** Of the recipients in the asker's scope. */
  recipientCount: z.int(),
  /** The first of them. */
  recipients: z.array(z.string()),
});
export type QuarantinedMail = z.infer<typeof quarantinedMail>;

const text = z.object({
  /** `text/plain`; `text/html` is shown as the text that it has. */
  type: z.string(),
  name: z.string(),
  text: z.string(),
  /** There is more of it. */
  isCut: z.boolean(),
});
const attachment = z.object({ name: z.string(), type: z.string(), size: z.int() });

const shownParts = z.object({
  texts: z.array(text),
  /** Sizes are about what a mail program would save. */
  attachments: z.array(attachment),
  /** The mail is larger, or has more parts, than was looked at. */
  isCut: z.boolean(),
});
export type QuarantinedParts = z.infer<typeof shownParts>;

/** Octets of a piece of a mail. */
export const QUARANTINE_PIECE = 512 * 1024;

const selection = z.object({
  mails: z.array(mailId).min(1).max(500),
  /** Held by this filter; mails that several filters hold are refused unless one is named. */
  filter: filterName.optional(),
  /** For this recipient only; the others stay. Left out: for all that are in scope. */
  recipient: searchText.min(1).optional(),
});

const mailsOf = ({ mails }: { mails: string[] }): string => mails.join(', ');

export const adminQuarantine = {
  list: adminQuestion(
    'delivery',
    'quarantine.list',
    'mails that a filter holds, newest first',
    z.object({
      filter: filterName.optional(),
      /** Part of the reverse path. */
      sender: searchText.optional(),
      /** Part of a recipient's address. */
      recipient: searchText.optional(),
      /** Accepted then or later. */
      since: time.optional(),
      /** The last id of the page before. */
      after: mailId.optional(),
      limit: z.int().min(1).max(200).default(50),
    }),
    z.object({
      mails: z.array(quarantinedMail),
      /** Of all pages; counted up to 10,000. */
      total: z.int(),
      isTotalExact: z.boolean(),
      next: z.string().nullable(),
    }),
    looksInScope,
  ),
  show: adminQuestion(
    'delivery',
    'quarantine.show',
    'one mail of the quarantine: who it is from and to, what the filters said, and its header as text',
    z.object({ mail: mailId }),
    z.object({
      /** Its recipients are the first 200. */
      mail: quarantinedMail,
      clientAddress: z.string().nullable(),
      helo: z.string(),
      verdicts: z.array(z.object({ filter: z.string(), result: z.string(), reason: z.string(), at: time })),
      /** Decoded; the first 200 fields. */
      header: z.array(z.object({ name: z.string(), value: z.string() })),
      isHeaderCut: z.boolean(),
    }),
    looksInScope,
  ),
  read: adminQuestion(
    'delivery',
    'quarantine.read',
    'the texts of a mail of the quarantine as plain text, and what is attached to it; written down in the log of changes',
    z.object({ mail: mailId }),
    shownParts,
    changesInScope(({ mail }) => mail),
  ),
  content: adminQuestion(
    'delivery',
    'quarantine.content',
    'a piece of a mail of the quarantine as it was accepted; the first one is written down in the log of changes',
    z.object({ mail: mailId, offset: z.int().min(0).max(2_000_000_000).default(0) }),
    z.object({
      /** In base64; empty behind the end. */
      piece: z.base64(),
      /** Octets of the whole mail. */
      size: z.int(),
    }),
    changesInScope(({ mail, offset }) => (offset === 0 ? mail : null)),
  ),
  release: adminQuestion(
    'delivery',
    'quarantine.release',
    'lets mails of the quarantine go on, past the verdict of the filter that holds them and of no other; what data loss prevention holds is approved instead',
    selection,
    queueOutcome,
    changesInScope(mailsOf, ['filter', 'recipient']),
  ),
  approve: adminQuestion(
    'delivery',
    'quarantine.approve',
    'lets mails go on that data loss prevention holds for approval, with the reason',
    selection.omit({ filter: true }).extend({
      /** Why it may go, which has to be said; it is kept in the log of changes. */
      comment: z.string().trim().max(400),
    }),
    queueOutcome,
    changesInScope(mailsOf, ['recipient', 'comment']),
  ),
  delete: adminQuestion(
    'delivery',
    'quarantine.delete',
    'removes mails of the quarantine; nobody is told',
    selection,
    queueOutcome,
    changesInScope(mailsOf, ['filter', 'recipient']),
  ),
};
