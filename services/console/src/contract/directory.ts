// Domains, mailboxes, aliases, groups.
import { adminAccount, adminAlias, adminDomain, adminDomainDns, adminGroup, contact } from '@pochtar/bus';
import { z } from 'zod';
import { asks } from './route.ts';

const name = z.object({ name: z.string().min(1).max(255) });
const address = z.object({ address: z.string().min(1).max(320) });
const targets = z.array(z.string().min(1).max(320)).max(1000);
const displayName = z.string().max(200);
const quotaBytes = z.int().positive().nullable();
const page = z.strictObject({
  domain: z.string().max(255).optional(),
  search: z.string().max(200).optional(),
  after: z.string().max(400).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const directoryRoutes = {
  'GET /domains': asks(adminDomain.list, {
    summary: 'the local domains',
    request: () => ({}),
    isWhole: true,
  }),
  'POST /domains': asks(adminDomain.create, {
    summary: 'adds a local domain',
    body: z.strictObject({ name: z.string().min(1).max(255), postmaster: z.string().max(320).optional() }),
    request: ({ body }) => body,
    status: 201,
  }),
  'DELETE /domains/:name': asks(adminDomain.delete, {
    summary: 'removes a domain that has nothing left in it',
    params: name,
    request: ({ params }) => params,
  }),
  'GET /domains/:name/dns': asks(adminDomainDns.show, {
    summary: 'the records that a domain needs in the DNS, and what the last look at it found',
    params: name,
    request: ({ params }) => params,
  }),
  'POST /domains/:name/dns': asks(adminDomainDns.check, {
    summary: 'asks the name servers of a domain for its records now',
    params: name,
    body: z.strictObject({ addresses: z.array(z.string().max(64)).max(16).optional() }),
    request: ({ params, body }) => ({ ...params, ...body }),
  }),

  'GET /accounts': asks(adminAccount.list, {
    summary: 'mailboxes in the order of their addresses',
    query: page,
    request: ({ query }) => query,
  }),
  'GET /accounts/:address': asks(adminAccount.show, {
    summary: 'one mailbox, and the aliases and groups that lead to it',
    params: address,
    request: ({ params }) => params,
  }),
  'POST /accounts': asks(adminAccount.create, {
    summary: 'adds a mailbox',
    body: z.strictObject({
      address: z.string().min(1).max(320),
      displayName: displayName.default(''),
      password: z.string().min(1).max(1000).optional(),
      quotaBytes: quotaBytes.default(null),
      isEnabled: z.boolean().default(true),
      contact: contact.default({}),
      isHidden: z.boolean().default(false),
    }),
    request: ({ body }) => body,
    status: 201,
  }),
  'PATCH /accounts/:address': asks(adminAccount.update, {
    summary: 'changes the given fields of a mailbox',
    params: address,
    body: z.strictObject({
      displayName: displayName.optional(),
      quotaBytes: quotaBytes.optional(),
      isEnabled: z.boolean().optional(),
      /** Fields that are given replace those that are there; '' takes one away. */
      contact: contact.optional(),
      /** Whether the address book leaves the person out. */
      isHidden: z.boolean().optional(),
    }),
    request: ({ params, body }) => ({ ...params, ...body }),
  }),
  'GET /accounts/:address/photo': asks(adminAccount.photo, {
    summary: 'the photo of a mailbox for the address book: a JPEG in base64, or null',
    params: address,
    request: ({ params }) => params,
  }),
  'PUT /accounts/:address/photo': asks(adminAccount.setPhoto, {
    summary:
      'sets the photo of a mailbox: a JPEG of at most 64 KiB and 1024 pixels a side in base64; null takes it away',
    params: address,
    body: z.strictObject({ jpeg: z.base64().max(90_000).nullable() }),
    request: ({ params, body }) => ({ ...params, ...body }),
  }),
  'PUT /accounts/:address/password': asks(adminAccount.setPassword, {
    summary: 'sets the password of a mailbox',
    params: address,
    body: z.strictObject({ password: z.string().min(1).max(1000) }),
    request: ({ params, body }) => ({ ...params, ...body }),
  }),
  'DELETE /accounts/:address': asks(adminAccount.delete, {
    summary: 'removes a mailbox with its mail',
    params: address,
    request: ({ params }) => params,
  }),

  'GET /aliases': asks(adminAlias.list, {
    summary: 'aliases in the order of their addresses',
    query: page,
    request: ({ query }) => query,
  }),
  'POST /aliases': asks(adminAlias.create, {
    summary: 'adds an alias',
    body: z.strictObject({ address: z.string().min(1).max(320), targets: targets.min(1) }),
    request: ({ body }) => body,
    status: 201,
  }),
  'PATCH /aliases/:address': asks(adminAlias.update, {
    summary: 'replaces the targets of an alias',
    params: address,
    body: z.strictObject({ targets: targets.min(1) }),
    request: ({ params, body }) => ({ ...params, ...body }),
  }),
  'DELETE /aliases/:address': asks(adminAlias.delete, {
    summary: 'removes an alias',
    params: address,
    request: ({ params }) => params,
  }),

  'GET /groups': asks(adminGroup.list, {
    summary: 'distribution groups in the order of their addresses',
    query: page,
    request: ({ query }) => query,
  }),
  'GET /groups/:address/members': asks(adminGroup.members, {
    summary: 'the members of a group in the order of their addresses',
    params: address,
    query: z.strictObject({
      after: z.string().max(400).optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(200),
    }),
    request: ({ params, query }) => ({ ...params, ...query }),
  }),
  'POST /groups': asks(adminGroup.create, {
    summary: 'adds a distribution group',
    body: z.strictObject({
      address: z.string().min(1).max(320),
      name: displayName.default(''),
      members: targets.default([]),
    }),
    request: ({ body }) => body,
    status: 201,
  }),
  'PATCH /groups/:address': asks(adminGroup.update, {
    summary: 'changes the name of a group, or adds and removes members',
    params: address,
    body: z.strictObject({
      name: displayName.optional(),
      add: targets.default([]),
      remove: targets.default([]),
    }),
    request: ({ params, body }) => ({ ...params, ...body }),
  }),
  'DELETE /groups/:address': asks(adminGroup.delete, {
    summary: 'removes a group',
    params: address,
    request: ({ params }) => params,
  }),
};
