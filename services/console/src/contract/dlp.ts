// Data loss prevention: its rules, the documents it protects, and what it found in mail.
import { adminDlp, dlpDefinition, MAX_DOCUMENT_BYTES } from '@pochtar/bus';
import { z } from 'zod';
import { asks, own } from './route.ts';

const name = z.string().trim().min(1).max(64);
const named = z.object({ name });
const rule = z.strictObject({
  name,
  isOn: z.boolean().default(true),
  /** Lower ones are looked at first. */
  position: z.int().min(0).max(100_000).default(100),
  definition: dlpDefinition,
});

export const dlpRoutes = {
  'GET /dlp/rules': asks(adminDlp.rules, {
    summary: 'the rules of data loss prevention, in the order in which they are looked at',
    request: () => ({}),
  }),
  'POST /dlp/rules': asks(adminDlp.saveRule, {
    summary: 'adds a rule; it counts for the next mail',
    body: rule,
    request: ({ body }) => body,
    status: 201,
  }),
  'PUT /dlp/rules/:name': asks(adminDlp.saveRule, {
    summary: 'changes a rule, as a whole; another name in the body renames it',
    params: named,
    body: rule,
    request: ({ params, body }) => ({ ...body, former: params.name }),
  }),
  'DELETE /dlp/rules/:name': asks(adminDlp.removeRule, {
    summary: 'removes a rule',
    params: named,
    request: ({ params }) => params,
  }),
  'GET /dlp/documents': asks(adminDlp.documents, {
    summary: 'protected documents, by name',
    query: z.strictObject({
      after: z.string().max(64).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    request: ({ query }) => query,
  }),
  'POST /dlp/documents': asks(adminDlp.addDocument, {
    summary: 'protects a document: its fingerprints are kept, its text is not',
    body: z.strictObject({
      name,
      comment: z.string().trim().max(200).default(''),
      /** The file, in base64. */
      content: z.base64().min(1).max(900_000),
    }),
    request: ({ body }) => body,
    status: 201,
  }),
  'POST /dlp/documents/file': own({
    summary: 'protects a document that comes as a file: its fingerprints are kept, its text is not',
    body: z.strictObject({ name, comment: z.string().trim().max(200).default('') }),
    upload: { part: 'document', maxBytes: MAX_DOCUMENT_BYTES, atOnce: 2 },
    result: adminDlp.addDocument.result,
    roles: adminDlp.addDocument.access.roles,
  }),
  'DELETE /dlp/documents/:name': asks(adminDlp.removeDocument, {
    summary: 'protects a document no longer, and forgets its fingerprints',
    params: named,
    request: ({ params }) => params,
  }),
  'GET /dlp/incidents': asks(adminDlp.incidents, {
    summary: 'what was found in mail, newest first; excerpts are masked',
    query: z.strictObject({
      rule: z.string().min(1).max(64).optional(),
      /** Only mail that nobody could look at. */
      unread: z.stringbool().optional(),
      search: z.string().max(320).optional(),
      since: z.iso.datetime().optional(),
      after: z.coerce.number().int().positive().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    request: ({ query: { unread, ...query } }) => (unread === true ? { ...query, rule: '' } : query),
  }),
};
