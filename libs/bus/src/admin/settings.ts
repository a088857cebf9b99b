// Questions about the settings and the certificates; the settings process answers.
import { z } from 'zod';
import { appliedProblem } from '../subjects.ts';
import { changesAll, looksAtAll } from './access.ts';
import { adminQuestion, problem } from './question.ts';

const sectionName = z.string().min(1).max(64);
const document = z.record(z.string().max(64), z.json());

/** What an administrator should know: consequences of choices, and (`notAvailable`) what has no effect yet. */
const cautions = z.array(problem).max(200).optional();

const sectionState = z.object({
  name: z.string(),
  revision: z.int(),
  document,
  /** Which secrets are set; their values never leave the store. */
  secrets: z.record(z.string(), z.boolean()),
  author: z.string(),
  changedAt: z.iso.datetime(),
  cautions,
});
export type SectionStateReply = z.infer<typeof sectionState>;

const change = z.object({
  section: sectionName,
  /** Fields to change; the others stay. Lists are replaced as a whole. */
  patch: document.default({}),
  /** New values of secrets; null removes one. */
  secrets: z.record(z.string().max(64), z.string().max(4000).nullable()).optional(),
  /** The revision the change was made from: refused when another one has become current since. */
  expectedRevision: z.int().optional(),
});
export type SettingsChange = z.input<typeof change>;

const saved = z.object({
  sections: z.array(z.object({ name: z.string(), revision: z.int(), changed: z.boolean() })),
  /** About the sections that were changed. */
  cautions,
});

const processReport = z.object({
  process: z.string(),
  instance: z.string(),
  revision: z.int(),
  /** In English; `problem` has both languages. */
  error: z.string().nullable(),
  problem: appliedProblem.optional(),
  reportedAt: z.iso.datetime(),
  /** It runs the newest revision without an error. */
  isApplied: z.boolean(),
});
const sectionStatus = z.object({
  name: z.string(),
  revision: z.int(),
  /** The programs that take the section over; one without a report does not run. */
  appliedBy: z.array(z.string()),
  processes: z.array(processReport),
  cautions,
});
export type SectionStatus = z.infer<typeof sectionStatus>;

const historyEntry = z.object({
  revision: z.int(),
  author: z.string(),
  changedAt: z.iso.datetime(),
  /** Against the revision before; long values are shortened. */
  changes: z.array(z.object({ field: z.string(), before: z.string(), after: z.string() })),
});
export type SettingsHistoryEntry = z.infer<typeof historyEntry>;

function sectionsOf(changes: readonly { section: string }[]): string {
  return [...new Set(changes.map(({ section }) => section))].join(', ');
}

export const adminSettings = {
  get: adminQuestion(
    'settings',
    'settings.get',
    'current documents of one section or of all',
    z.object({ section: sectionName.optional() }),
    z.object({ sections: z.array(sectionState) }),
    looksAtAll,
  ),
  set: adminQuestion(
    'settings',
    'settings.set',
    'changes sections, all or none, after validating each as a whole and all together',
    z.object({ changes: z.array(change).min(1).max(30), validateOnly: z.boolean().optional() }),
    saved,
    changesAll(({ changes, validateOnly }) => (validateOnly === true ? null : sectionsOf(changes))),
  ),
  history: adminQuestion(
    'settings',
    'settings.history',
    'earlier revisions of a section, newest first',
    z.object({
      section: sectionName,
      before: z.int().optional(),
      limit: z.int().min(1).max(100).default(20),
    }),
    z.object({ entries: z.array(historyEntry) }),
    looksAtAll,
  ),
  revert: adminQuestion(
    'settings',
    'settings.revert',
    'makes the document of an earlier revision current again, as a new revision',
    z.object({ section: sectionName, revision: z.int(), expectedRevision: z.int().optional() }),
    saved,
    changesAll(({ section }) => section, ['revision']),
  ),
  status: adminQuestion(
    'settings',
    'settings.status',
    'which revision each running process has applied, or why not',
    z.object({ section: sectionName.optional() }),
    z.object({
      sections: z.array(sectionStatus),
      /** False for the first seconds of the answering process, until everybody has reported once. */
      isComplete: z.boolean(),
    }),
    looksAtAll,
  ),
  catalogue: adminQuestion(
    'settings',
    'settings.catalogue',
    'sections, fields, bounds, defaults and words, and where each stands on which page',
    z.object({}),
    z.object({ tabs: z.array(z.json()), sections: z.array(z.json()) }),
    looksAtAll,
  ),
};

const certificate = z.object({
  id: z.string(),
  name: z.string(),
  origin: z.enum(['generated', 'imported']),
  isCa: z.boolean(),
  subject: z.string(),
  issuer: z.string(),
  hosts: z.array(z.string()),
  notBefore: z.iso.datetime(),
  notAfter: z.iso.datetime(),
  fingerprint: z.string(),
});
export type CertificateInfo = z.infer<typeof certificate>;

const pem = z.string().min(1).max(100_000);

export const adminCertificate = {
  list: adminQuestion(
    'settings',
    'certificate.list',
    'the certificates of the store, without keys',
    z.object({}),
    z.object({ certificates: z.array(certificate) }),
    looksAtAll,
  ),
  import: adminQuestion(
    'settings',
    'certificate.import',
    'stores a certificate chain (leaf first) with its key; the same id replaces one',
    z.object({
      id: z.string().max(64).optional(),
      name: z.string().min(1).max(200),
      chainPem: pem,
      keyPem: pem,
    }),
    z.object({ certificate }),
    changesAll(({ name }) => name, ['id']),
  ),
  generate: adminQuestion(
    'settings',
    'certificate.generate',
    'makes a server certificate that our own authority signs',
    z.object({
      name: z.string().min(1).max(200).optional(),
      hosts: z.array(z.string().min(1).max(253)).max(50).default([]),
    }),
    z.object({ certificate }),
    changesAll(({ name }) => name ?? '', ['hosts']),
  ),
  delete: adminQuestion(
    'settings',
    'certificate.delete',
    'removes a certificate that no section uses',
    z.object({ id: z.string().min(1).max(64) }),
    z.object({}),
    changesAll(({ id }) => id),
  ),
  ca: adminQuestion(
    'settings',
    'certificate.ca',
    'the certificate of our own authority, for clients to trust',
    z.object({}),
    z.object({ certificate, pem: z.string() }),
    looksAtAll,
  ),
};
