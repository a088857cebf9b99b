// External contacts: people outside whom the address book of a domain names.
import { adminContact, contact } from '@pochtar/bus';
import { z } from 'zod';
import { asks } from './route.ts';

const domain = z.object({ name: z.string().min(1).max(255) });
const named = domain.extend({ address: z.string().min(1).max(320) });
const displayName = z.string().max(200);

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
};
