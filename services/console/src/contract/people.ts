// Administrators, tokens of the API, the audit log, and what is one's own.
import { adminAdministrator, adminAudit, adminLogin, adminOwn, adminToken } from '@pochtar/bus';
import { z } from 'zod';
import { protocols, securities } from '@pochtar/settings/client-setup';
import { bookSetUp } from './book.ts';
import { asks, own } from './route.ts';

const login = z.object({ login: z.string().min(1).max(200) });
const password = z.string().min(1).max(1000);
const role = z.enum(['admin', 'domainAdmin', 'auditor']);
const domains = z.array(z.string().min(1).max(255)).min(1).max(1000).nullable();
const displayName = z.string().max(200).optional();
const isEnabled = z.boolean().optional();

export const peopleRoutes = {
  'GET /admins': asks(adminAdministrator.list, {
    summary: 'who may use the console',
    request: () => ({}),
    isWhole: true,
  }),
  'POST /admins': asks(adminAdministrator.create, {
    summary: 'adds an administrator',
    body: z.strictObject({
      login: z.string().min(1).max(200),
      password,
      role,
      domains,
      displayName,
      isEnabled,
    }),
    request: ({ body }) => body,
    status: 201,
  }),
  'PATCH /admins/:login': asks(adminAdministrator.update, {
    summary: 'changes the given fields of an administrator',
    params: login,
    body: z.strictObject({ role: role.optional(), domains: domains.optional(), displayName, isEnabled }),
    request: ({ params, body }) => ({ ...params, ...body }),
  }),
  'PUT /admins/:login/password': asks(adminAdministrator.setPassword, {
    summary: 'sets the password of an administrator, whose sessions end',
    params: login,
    body: z.strictObject({ password }),
    request: ({ params, body }) => ({ ...params, ...body }),
  }),
  'DELETE /admins/:login': asks(adminAdministrator.delete, {
    summary: 'removes an administrator',
    params: login,
    request: ({ params }) => params,
  }),

  'GET /tokens': asks(adminToken.list, {
    summary: 'tokens of the API',
    request: () => ({}),
    isWhole: true,
  }),
  'POST /tokens': asks(adminToken.create, {
    summary: 'makes a token of the asker; its value is shown this once',
    body: z.strictObject({
      name: z.string().min(1).max(100),
      role,
      domains,
      /** At most two years from now. */
      expiresAt: z.iso.datetime(),
    }),
    request: ({ body }) => body,
    status: 201,
  }),
  'DELETE /tokens/:id': asks(adminToken.delete, {
    summary: 'removes a token, which is dead at once',
    params: z.object({ id: z.coerce.number().int().positive() }),
    request: ({ params }) => params,
  }),

  'GET /audit': asks(adminAudit.list, {
    summary: 'changes and log-ins, newest first',
    query: z.strictObject({
      author: z.string().max(200).optional(),
      action: z.string().max(100).optional(),
      object: z.string().max(200).optional(),
      since: z.iso.datetime().optional(),
      until: z.iso.datetime().optional(),
      before: z.coerce.number().int().positive().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    request: ({ query }) => query,
  }),

  'GET /me': asks(adminOwn.account, { summary: 'the mailbox of the user', request: () => ({}) }),
  'GET /me/client': own({
    summary: 'what the mail program of the user connects to, and where its profile is',
    result: z.object({
      login: z.string(),
      /** Of each protocol the safest first. */
      servers: z.array(
        z.object({
          protocol: z.enum(protocols),
          host: z.string(),
          port: z.int(),
          security: z.enum(securities),
        }),
      ),
      /** Null while it is switched off. */
      addressBook: bookSetUp.nullable(),
      /** A path on this server. */
      appleProfile: z.string(),
    }),
    roles: ['user'],
  }),
  'PUT /me/password': own({
    summary: 'changes the own password; the own other sessions end',
    body: z.strictObject({ current: password, password }),
    result: z.object({}),
    roles: adminLogin.ownPassword.access.roles,
  }),
};
