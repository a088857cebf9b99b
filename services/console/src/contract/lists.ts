// The white list, the black list and the named networks.
import { adminLists, MAX_LIST_LINES } from '@pochtar/bus';
import { z } from 'zod';
import { asks } from './route.ts';

const list = z.object({ list: z.enum(['white', 'black']) });
const value = z.string().min(1).max(400);
const comment = z.string().max(200).optional();
/** A moment with its zone; '' is never. */
const expiresAt = z.string().max(40).optional();
const networkName = z.object({ name: z.string().min(1).max(64) });
const addresses = z.array(z.string().max(64)).min(1).max(256);

export const listRoutes = {
  'GET /lists': asks(adminLists.counts, {
    summary: 'how many entries and named networks there are, and which processes run their revision',
    request: () => ({}),
  }),
  'GET /lists/networks': asks(adminLists.networks, {
    summary: 'the named networks, by name',
    query: z.strictObject({
      after: z.string().max(64).optional(),
      limit: z.coerce.number().int().min(1).max(50).default(50),
    }),
    request: ({ query }) => query,
  }),
  'POST /lists/networks': asks(adminLists.addNetwork, {
    summary: 'gives a name to addresses and networks',
    body: z.strictObject({ name: z.string().min(1).max(64), addresses, comment }),
    request: ({ body }) => body,
    status: 201,
  }),
  'PATCH /lists/networks/:name': asks(adminLists.changeNetwork, {
    summary: 'changes what is given of a named network; entries that refer to it follow',
    params: networkName,
    body: z.strictObject({
      newName: z.string().min(1).max(64).optional(),
      addresses: addresses.optional(),
      comment,
    }),
    request: ({ params, body }) => ({ ...params, ...body }),
  }),
  'DELETE /lists/networks/:name': asks(adminLists.removeNetwork, {
    summary: 'removes a named network that no entry refers to',
    params: networkName,
    request: ({ params }) => params,
  }),
  'GET /lists/:list': asks(adminLists.list, {
    summary: 'entries of a list, newest first',
    params: list,
    query: z.strictObject({
      search: z.string().max(200).optional(),
      kind: z.enum(['address', 'network', 'namedNetwork', 'domain', 'server', 'mailbox']).optional(),
      /** Only those without a hit for so many days. */
      idleDays: z.coerce.number().int().min(1).max(3650).optional(),
      expired: z.stringbool().optional(),
      after: z
        .string()
        .regex(/^\d{1,15}$/)
        .optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    request: ({ params, query }) => ({ ...params, ...query }),
  }),
  'POST /lists/:list': asks(adminLists.add, {
    summary: 'adds an entry, or only says how it reads one',
    params: list,
    body: z.strictObject({ value, comment, expiresAt, validateOnly: z.boolean().optional() }),
    request: ({ params, body }) => ({ ...params, ...body }),
  }),
  'POST /lists/:list/lines': asks(adminLists.addMany, {
    summary: 'adds entries, one a line, or only says of each whether it is new, there already or invalid',
    params: list,
    body: z.strictObject({
      lines: z.array(z.string().max(1000)).min(1).max(MAX_LIST_LINES),
      comment,
      expiresAt,
      dryRun: z.boolean().optional(),
    }),
    request: ({ params, body }) => ({ ...params, ...body }),
  }),
  'PATCH /lists/:list': asks(adminLists.change, {
    summary: 'changes the comment or the end of an entry',
    params: list,
    body: z.strictObject({ value, comment, expiresAt }),
    request: ({ params, body }) => ({ ...params, ...body }),
  }),
  'DELETE /lists/:list': asks(adminLists.remove, {
    summary: 'removes entries, and answers them as they were',
    params: list,
    body: z.strictObject({ values: z.array(value).min(1).max(MAX_LIST_LINES) }),
    request: ({ params, body }) => ({ ...params, ...body }),
  }),
};
