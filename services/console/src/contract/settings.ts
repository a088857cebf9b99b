// The settings: documents, changes, history, what is applied.
import { adminSettings, type SettingsChange } from '@pochtar/bus';
import { z } from 'zod';
import { asks } from './route.ts';

const name = z.string().min(1).max(64);
const section = z.object({ section: name });
const comment = z.string().max(500).optional();
/** Only says what would be, and what would be wrong. */
const validateOnly = z.boolean().default(false);
const page = {
  after: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
};

export const settingsRoutes = {
  'GET /settings/catalogue': asks(adminSettings.catalogue, {
    summary: 'sections, fields, layout and words',
    request: () => ({}),
  }),
  'GET /settings': asks(adminSettings.get, {
    summary: 'the documents of all sections',
    request: () => ({}),
    isWhole: true,
  }),
  'GET /settings/status': asks(adminSettings.status, {
    summary: 'which revision each process has applied, or why not',
    request: () => ({}),
  }),
  'POST /settings/changes': asks(adminSettings.set, {
    summary: 'changes sections, all or none',
    body: z.strictObject({
      changes: z
        .array(
          z.strictObject({
            section: name,
            /** The revision the change was made from. */
            expectedRevision: z.int(),
            patch: z.record(z.string().max(64), z.json()).default({}),
            secrets: z.record(z.string().max(64), z.string().max(4000).nullable()).optional(),
          }),
        )
        .min(1)
        .max(30),
      comment,
      validateOnly,
    }),
    request: ({ body: { changes, ...rest } }) => ({ ...rest, changes: changes as SettingsChange[] }),
  }),
  'GET /settings/history': asks(adminSettings.history, {
    summary: 'earlier revisions of all sections, newest first',
    query: z.strictObject(page),
    request: ({ query }) => query,
  }),
  'GET /settings/:section/revisions': asks(adminSettings.history, {
    summary: 'earlier revisions of a section, newest first',
    params: section,
    query: z.strictObject(page),
    request: ({ params, query }) => ({ ...params, ...query }),
  }),
  'GET /settings/:section/revisions/:revision': asks(adminSettings.revision, {
    summary: 'one revision: its document, the one before it, and what was saved together with it',
    params: section.extend({ revision: z.coerce.number().int().positive() }),
    request: ({ params }) => params,
  }),
  'POST /settings/revert': asks(adminSettings.revert, {
    summary: 'makes an earlier document current again, or the documents of all sections of a change',
    body: z.strictObject({
      section: name.optional(),
      revision: z.int().positive().optional(),
      expectedRevision: z.int().optional(),
      changeId: z.uuid().optional(),
      to: z.enum(['before', 'after']).default('before'),
      expectedRevisions: z.record(name, z.int()).optional(),
      comment,
      validateOnly,
    }),
    request: ({ body }) => body,
  }),
  'GET /settings/export': asks(adminSettings.export, {
    summary: 'all sections as one YAML file; secrets only as set or not set',
    query: z.strictObject({ language: z.enum(['ru', 'en']).default('ru') }),
    request: ({ query }) => query,
    answer: ({ yaml }) => yaml,
    file: { name: 'pochtar-settings.yaml', type: 'text/yaml' },
  }),
  'POST /settings/import': asks(adminSettings.import, {
    summary: 'changes what stands in a YAML file, all or none; with dryRun only tells what would change',
    query: z.strictObject({ dryRun: z.stringbool().default(false) }),
    body: z.strictObject({
      yaml: z.string().min(1).max(900_000),
      comment,
      /** What the dry run answered: refused when one of them is no longer current. */
      expectedRevisions: z.record(name, z.int()).optional(),
    }),
    request: ({ query, body }) => ({ ...query, ...body }),
  }),
};
