// Questions about data loss prevention: rules, protected documents and what was found; the settings process answers. Of a
// protected document its fingerprints are kept, and nothing of its text.
import { z } from 'zod';
import type { Bus } from '../bus.ts';
import { offered, offerPieces } from '../pieces.ts';
import { type Asker, changesAll, looksAtAll, looksInScope } from './access.ts';
import { adminQuestion, type AdminReply, askAdmin, refused } from './question.ts';

const name = z.string().trim().min(1).max(64);
/** `user@domain`, `domain`, or `*.domain` with all below it. */
const pattern = z
  .string()
  .trim()
  .toLowerCase()
  .max(320)
  .regex(/^(?:[^\s@]+@)?(?:\*\.)?[\p{L}\p{N}.-]+$/u, 'give an address, a domain, or *.domain');
const least = z.int().min(1).max(1000).default(1);

const condition = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('words'),
    /** Words and phrases; found in all their forms. */
    terms: z.array(z.string().trim().min(1).max(200)).min(1).max(2000),
    /** So many different ones. */
    least,
  }),
  /** In RE2's syntax. */
  z.object({ kind: z.literal('expression'), expression: z.string().min(1).max(500), least }),
  z.object({
    kind: z.literal('detector'),
    detector: z.enum(['bankCard', 'inn', 'snils', 'passport', 'iban']),
    least,
  }),
  /** A file of one of these kinds, by its content: `docx`, `pdf`, `zip`, `executable`. */
  z.object({ kind: z.literal('type'), types: z.array(z.string().min(1).max(20)).min(1).max(30) }),
  /** The whole mail. */
  z.object({ kind: z.literal('size'), overMb: z.number().min(0).max(1024) }),
  z.object({
    kind: z.literal('documents'),
    /** By name; empty: any protected document. */
    documents: z.array(name).max(100).default([]),
    /** Null: dlp.thresholdPercent. */
    percent: z.int().min(1).max(100).nullable().default(null),
  }),
]);
export type DlpCondition = z.infer<typeof condition>;

/** What is looked for in which mail, and what becomes of it. */
export const dlpDefinition = z.object({
  directions: z
    .array(z.enum(['incoming', 'outgoing', 'internal']))
    .min(1)
    .default(['incoming', 'outgoing', 'internal']),
  /** Empty: anybody. */
  senders: z.array(pattern).max(500).default([]),
  recipients: z.array(pattern).max(500).default([]),
  /** All have to be there. */
  conditions: z.array(condition).min(1).max(20),
  /** `default`: what dlp.defaultAction says. */
  action: z.enum(['default', 'log', 'tag', 'quarantine', 'reject']).default('default'),
  /** What the sender is told when it is rejected, and whoever approves when it is held. */
  reason: z.string().trim().max(400).default(''),
  /** Put in front of the subject of what is tagged; '': the header field X-Pochtar-Dlp alone tells. */
  subjectTag: z.string().trim().max(40).default(''),
  /** The address of an auditor who gets a copy, whatever else becomes of the mail; '': nobody. */
  copyTo: z.string().trim().max(320).default(''),
});
export type DlpDefinition = z.infer<typeof dlpDefinition>;

const rule = z.object({
  name: z.string(),
  isOn: z.boolean(),
  position: z.int(),
  definition: dlpDefinition,
  author: z.string(),
  changedAt: z.iso.datetime(),
});
export type DlpRuleInfo = z.infer<typeof rule>;

const document = z.object({
  name: z.string(),
  comment: z.string(),
  words: z.int(),
  bytes: z.int(),
  author: z.string(),
  createdAt: z.iso.datetime(),
});
export type DlpDocumentInfo = z.infer<typeof document>;

const incident = z.object({
  id: z.int(),
  at: z.iso.datetime(),
  mail: z.string(),
  /** '' is what nobody could look at. */
  rule: z.string(),
  action: z.string(),
  sender: z.string(),
  recipients: z.array(z.string()),
  found: z.array(z.object({ what: z.string(), count: z.int(), excerpts: z.array(z.string()) })),
});
export type DlpIncidentInfo = z.infer<typeof incident>;

export const adminDlp = {
  rules: adminQuestion(
    'settings',
    'dlp.rules',
    'the rules of data loss prevention, in the order in which they are looked at',
    z.object({}),
    z.object({ rules: z.array(rule) }),
    looksAtAll,
  ),
  saveRule: adminQuestion(
    'settings',
    'dlp.saveRule',
    'adds a rule, or changes the one that is named in `former`; it counts for the next mail',
    z.object({
      name,
      /** The name of the rule to change; left out: a new one. */
      former: name.optional(),
      isOn: z.boolean().default(true),
      /** Lower ones are looked at first. */
      position: z.int().min(0).max(100_000).default(100),
      definition: dlpDefinition,
    }),
    z.object({ rule }),
    changesAll(({ name: written }) => written, ['former', 'isOn', 'position']),
  ),
  removeRule: adminQuestion(
    'settings',
    'dlp.removeRule',
    'removes a rule',
    z.object({ name }),
    z.object({}),
    changesAll(({ name: written }) => written),
  ),
  documents: adminQuestion(
    'settings',
    'dlp.documents',
    'protected documents, by name',
    z.object({ after: z.string().max(64).optional(), limit: z.int().min(1).max(200).default(50) }),
    z.object({ documents: z.array(document), next: z.string().nullable() }),
    looksAtAll,
  ),
  addDocument: adminQuestion(
    'settings',
    'dlp.addDocument',
    'protects a document: its fingerprints are kept, its text is not; one of `content` and `file` is given',
    z
      .object({
        name,
        comment: z.string().trim().max(200).default(''),
        /** A small file, in base64. */
        content: z.base64().min(1).max(900_000).optional(),
        /** Any other, fetched in pieces from who asks. */
        file: offered.optional(),
      })
      .refine(({ content, file }) => (content === undefined) !== (file === undefined), {
        error: 'give content or file',
        path: ['content'],
      })
      .meta({ examples: [{ name: 'budget.xlsx', comment: '', content: 'eA==' }] }),
    z.object({
      document,
      /** What lies in it and could not be read: that is not protected. */
      unread: z.array(z.object({ name: z.string(), why: z.string() })).max(50),
    }),
    changesAll(({ name: written }) => written, ['comment']),
  ),
  removeDocument: adminQuestion(
    'settings',
    'dlp.removeDocument',
    'protects a document no longer, and forgets its fingerprints',
    z.object({ name }),
    z.object({}),
    changesAll(({ name: written }) => written),
  ),
  incidents: adminQuestion(
    'settings',
    'dlp.incidents',
    'what data loss prevention found in mail, newest first; excerpts are masked',
    z.object({
      /** '': what nobody could look at. */
      rule: z.string().max(64).optional(),
      /** Part of the sender's or of a recipient's address. */
      search: z.string().trim().max(320).optional(),
      since: z.iso.datetime().optional(),
      after: z.int().positive().optional(),
      limit: z.int().min(1).max(200).default(50),
    }),
    z.object({ incidents: z.array(incident), next: z.int().nullable() }),
    looksInScope,
  ),
};

/** A larger document is not protected: whoever reads it has it in memory. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
/** It is fetched, read and kept; within a minute, since the bus takes no later answer. */
const DOCUMENT_MS = 55_000;

export type AddedDocument = z.output<typeof adminDlp.addDocument.result>;

/** Offers the document and asks; one that is too large is refused before. `onSent` hears how many octets have gone out. */
export async function askAddDocument(
  bus: Bus,
  who: Asker,
  about: { name: string; comment: string },
  content: Buffer,
  onSent?: (bytes: number) => void,
): Promise<AdminReply<AddedDocument>> {
  if (content.length > MAX_DOCUMENT_BYTES) return tooLargeToProtect(content.length);
  using pieces = offerPieces(bus, content, onSent);
  return await askAdmin(bus, adminDlp.addDocument, who, { ...about, file: pieces.offer }, DOCUMENT_MS);
}

export function tooLargeToProtect(bytes: number): { ok: false; error: ReturnType<typeof refused>['error'] } {
  const limit = MAX_DOCUMENT_BYTES / 1024 / 1024;
  return refused(
    'tooLarge',
    'file',
    `в документе ${bytes} байт, а защитить можно не больше ${limit} Мб: сохраните его без картинок или только текст`,
    `the document has ${bytes} bytes, and at most ${limit} MB can be protected: save it without pictures, or its text alone`,
  );
}
