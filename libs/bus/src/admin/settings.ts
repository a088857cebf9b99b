// Questions about the settings; the settings process answers.
import { z } from 'zod';
import { appliedProblem } from '../subjects.ts';
import { changesAll, looksAtAll } from './access.ts';
import { fieldChange } from './field-change.ts';
import { problem } from './problem.ts';
import { adminQuestion } from './question.ts';

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
  /** The revision the change was made from: refused (`conflict`) when another one has become current since. */
  expectedRevision: z.int().optional(),
});
export type SettingsChange = z.input<typeof change>;

/** Why: kept with the revision. */
const comment = z.string().max(500).optional();
const expectedRevision = z.int().optional();

const savedSection = z.object({
  name: z.string(),
  /** The new one; that of before when nothing was changed, or only validated. */
  revision: z.int(),
  changed: z.boolean(),
  /** What changes in it, field by field; told when it is only validated. */
  changes: z.array(fieldChange).optional(),
});
export type SavedSection = z.infer<typeof savedSection>;

const saved = z.object({
  sections: z.array(savedSection),
  /** What names all that was saved together; null when nothing was. */
  changeId: z.uuid().nullable(),
  /** About the sections that were changed. */
  cautions,
});
export type SavedSettings = z.infer<typeof saved>;

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

const revisionFacts = {
  section: z.string(),
  revision: z.int(),
  author: z.string(),
  changedAt: z.iso.datetime(),
  comment: z.string().nullable(),
  /** Revisions of several sections with the same one were saved together. */
  changeId: z.string().nullable(),
  /** The names of the secrets that changed with it. */
  secrets: z.array(z.string()),
};

const historyEntry = z.object({
  ...revisionFacts,
  /** Against the revision before, as JSON; long values are shortened. */
  changes: z.array(z.object({ field: z.string(), before: z.string(), after: z.string() })),
  /** The same in words, for people; empty where there is no revision before. */
  described: z.array(fieldChange).default([]),
});
export type SettingsHistoryEntry = z.infer<typeof historyEntry>;

const wholeRevision = z.object({
  ...revisionFacts,
  /** The document of the revision before; null when there is none (any more), or with `isBeforeLeftOut`. */
  before: document.nullable(),
  /** Both are too large for one answer: ask for the revision before. */
  isBeforeLeftOut: z.boolean(),
  after: document,
  changes: z.array(fieldChange),
  /** The newest revision of the section. */
  current: z.int(),
  /** All that was saved together with it, itself included. */
  together: z.array(z.object({ section: z.string(), revision: z.int() })),
});
export type SettingsRevision = z.infer<typeof wholeRevision>;

/** What `describeForms` of libs/settings makes, for forms: too large to be walked value by value with each answer. */
const described = z.record(z.string(), z.unknown());

function sectionsOf(changes: readonly { section: string }[]): string {
  return [...new Set(changes.map(({ section }) => section))].join(', ');
}

export const adminSettings = {
  get: adminQuestion(
    'settings',
    'settings.get',
    'current documents of one section, or of all, as many as fit into one answer',
    z.object({
      section: sectionName.optional(),
      /** `next` of the answer before. */
      after: sectionName.optional(),
    }),
    z.object({ sections: z.array(sectionState), next: z.string().nullable().default(null) }),
    looksAtAll,
  ),
  set: adminQuestion(
    'settings',
    'settings.set',
    'changes sections, all or none, after validating each as a whole and all together',
    z.object({
      changes: z.array(change).min(1).max(30),
      comment,
      /** Answers what would be: nothing is locked or written. */
      validateOnly: z.boolean().optional(),
    }),
    saved,
    changesAll(
      ({ changes, validateOnly }) => (validateOnly === true ? null : sectionsOf(changes)),
      ['comment'],
    ),
  ),
  history: adminQuestion(
    'settings',
    'settings.history',
    'earlier revisions of a section, or of all of them, newest first',
    z.object({
      section: sectionName.optional(),
      /** With a section: only revisions below this one. */
      before: z.int().optional(),
      /** `next` of the page before. */
      after: z.string().max(100).optional(),
      limit: z.int().min(1).max(100).default(20),
    }),
    z.object({ entries: z.array(historyEntry), next: z.string().nullable() }),
    looksAtAll,
  ),
  revision: adminQuestion(
    'settings',
    'settings.revision',
    'one revision of a section: its document, the one before it, and what was saved together with it',
    z.object({ section: sectionName, revision: z.int().positive() }),
    wholeRevision,
    looksAtAll,
  ),
  revert: adminQuestion(
    'settings',
    'settings.revert',
    'makes an earlier document current again, as a new revision; or the documents of all sections of a change',
    z.object({
      section: sectionName.optional(),
      revision: z.int().positive().optional(),
      expectedRevision,
      /** Instead of a section and its revision: everything that was saved together. */
      changeId: z.uuid().optional(),
      /** Whether the state before that change comes back (the default), or the one it made. */
      to: z.enum(['before', 'after']).default('before'),
      expectedRevisions: z.record(sectionName, z.int()).optional(),
      comment,
      validateOnly: z.boolean().optional(),
    }),
    saved,
    changesAll(
      ({ section, changeId, validateOnly }) => (validateOnly === true ? null : (section ?? changeId ?? '')),
      ['revision', 'changeId', 'to', 'comment'],
    ),
  ),
  export: adminQuestion(
    'settings',
    'settings.export',
    'all sections, or some, as one YAML file with labels as comments; secrets only as set or not set',
    z.object({
      language: z.enum(['ru', 'en']).default('ru'),
      sections: z.array(sectionName).min(1).max(30).optional(),
    }),
    z.object({ yaml: z.string() }),
    looksAtAll,
  ),
  import: adminQuestion(
    'settings',
    'settings.import',
    'changes what stands in a YAML file as settings.export makes it, all or none; the rest stays',
    z.object({
      yaml: z
        .string()
        .min(1)
        .refine((yaml) => Buffer.byteLength(yaml) <= 900_000, 'more than 900000 bytes'),
      /** Answers what would be: nothing is locked or written. */
      dryRun: z.boolean().default(false),
      comment,
      /** The revisions that the dry run answered: refused (`conflict`) when one is no longer current. */
      expectedRevisions: z.record(sectionName, z.int()).optional(),
    }),
    saved,
    changesAll(({ dryRun }) => (dryRun ? null : 'yaml'), ['comment']),
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
    z.object({ tabs: z.array(described), sections: z.array(described) }),
    looksAtAll,
  ),
};
