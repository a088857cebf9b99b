// External contacts: people outside whom the address book of a domain names.
import { adminContact, contact } from '@pochtar/bus';
import { cardFormats } from '@pochtar/mail/cards';
import { z } from 'zod';
import { asks, own } from './route.ts';

const domain = z.object({ name: z.string().min(1).max(255) });
const named = domain.extend({ address: z.string().min(1).max(320) });
const displayName = z.string().max(200);

/** Of a file of people: 2 MB, in base64. */
const MAX_FILE = 2_800_000;
const changers = ['admin', 'domainAdmin'] as const;

const given = z.strictObject({
  /** LDIF, vCard or CSV, known by what it begins with. */
  data: z.base64().max(MAX_FILE),
  /** Says what would be. */
  dryRun: z.boolean().default(false),
});

const texts = z.object({ ru: z.string(), en: z.string() });
/** What became of the people of a file. */
const imported = z.object({
  format: z.enum(cardFormats),
  counts: z.object({
    ...{ new: z.int(), changed: z.int(), same: z.int(), unknown: z.int(), invalid: z.int(), unread: z.int() },
  }),
  /** Those that were not taken, or not whole; the first 1,000. */
  lines: z.array(
    z.object({
      line: z.int(),
      address: z.string(),
      outcome: z.enum(['new', 'changed', 'same', 'unknown', 'invalid', 'unread']),
      /** What the server says of it, or a word for what is wrong with the file there. */
      problem: z.union([z.object({ code: z.string(), message: texts }), z.string()]).nullable(),
      notes: z.array(z.enum(['otherAddresses', 'photoFormat', 'photoTooLarge'])),
    }),
  ),
});

const exported = z.strictObject({
  format: z.enum(cardFormats),
  domain: z.string().max(255).optional(),
  search: z.string().max(200).optional(),
});
const exporting = {
  query: exported,
  result: z.string(),
  mediaType: 'text/plain',
  roles: ['admin', 'auditor', 'domainAdmin'],
} as const;

/** The domain is called `name` in paths. */
const nameOf = ({ name, address }: { name: string; address: string }) => ({ domain: name, address });

export const contactRoutes = {
  'GET /contacts': asks(adminContact.list, {
    summary: 'external contacts in the order of their addresses',
    query: z.strictObject({
      domain: z.string().max(255).optional(),
      search: z.string().max(200).optional(),
      after: z.string().max(700).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    request: ({ query }) => query,
  }),
  'POST /domains/:name/contacts': asks(adminContact.create, {
    summary: 'adds an external contact to the address book of a domain',
    params: domain,
    body: z.strictObject({
      address: z.string().min(1).max(320),
      displayName: displayName.default(''),
      contact: contact.default({}),
    }),
    request: ({ params, body }) => ({ domain: params.name, ...body }),
    status: 201,
  }),
  'GET /domains/:name/contacts/:address': asks(adminContact.show, {
    summary: 'one external contact',
    params: named,
    request: ({ params }) => nameOf(params),
  }),
  'PATCH /domains/:name/contacts/:address': asks(adminContact.update, {
    summary: 'changes the given fields of an external contact',
    params: named,
    body: z.strictObject({
      newAddress: z.string().min(1).max(320).optional(),
      displayName: displayName.optional(),
      /** Fields that are given replace those that are there; '' takes one away. */
      contact: contact.optional(),
    }),
    request: ({ params, body }) => ({ ...nameOf(params), ...body }),
  }),
  'GET /domains/:name/contacts/:address/photo': asks(adminContact.photo, {
    summary: 'the photo of an external contact: a JPEG in base64, or null',
    params: named,
    request: ({ params }) => nameOf(params),
  }),
  'PUT /domains/:name/contacts/:address/photo': asks(adminContact.setPhoto, {
    summary:
      'sets the photo of an external contact: a JPEG of at most 64 KiB and 1024 pixels a side in base64; null takes it away',
    params: named,
    body: z.strictObject({ jpeg: z.base64().max(90_000).nullable() }),
    request: ({ params, body }) => ({ ...nameOf(params), ...body }),
  }),
  'DELETE /domains/:name/contacts/:address': asks(adminContact.delete, {
    summary: 'removes an external contact',
    params: named,
    request: ({ params }) => nameOf(params),
  }),
  'POST /domains/:name/contacts/import': own({
    summary: 'takes external contacts from a file in LDIF, vCard or CSV; who is there already is changed',
    params: domain,
    body: given,
    maxBody: MAX_FILE + 1000,
    result: imported,
    roles: changers,
  }),
  'POST /accounts/import': own({
    summary: 'takes contact details of mailboxes that are there from a file in LDIF, vCard or CSV',
    body: given,
    maxBody: MAX_FILE + 1000,
    result: imported,
    roles: changers,
  }),
  'GET /contacts/file': own({ summary: 'external contacts as LDIF, vCard 4.0 or CSV', ...exporting }),
  'GET /accounts/file': own({
    summary: 'contact details of mailboxes as LDIF, vCard 4.0 or CSV',
    ...exporting,
  }),
};
