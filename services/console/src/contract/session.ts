// Logging in and out, and who is logged in.
import { roles } from '@pochtar/bus';
import { z } from 'zod';
import { own } from './route.ts';

export const who = z.object({
  login: z.string(),
  displayName: z.string(),
  role: z.enum(roles),
  /** Names of domains; null: all. */
  domains: z.array(z.string()).nullable(),
  /** The address of a user. */
  account: z.string().nullable(),
  /** False: somebody else chose the password and knows it. */
  hasOwnPassword: z.boolean(),
  /** Whose server it is; '': nobody said so. */
  organisation: z.string(),
  /** When the session ends if nothing is done. */
  expiresAt: z.iso.datetime(),
  /** Of this program: a page of another version asks to be loaded anew. */
  version: z.string(),
});

export const sessionRoutes = {
  'POST /session': own({
    summary: 'logs in: an administrator by login, a user by address',
    body: z.strictObject({ login: z.string().min(1).max(320), password: z.string().min(1).max(1000) }),
    result: who,
    roles: 'everybody',
  }),
  'GET /session': own({
    summary: 'who is logged in',
    result: who,
    roles: ['admin', 'domainAdmin', 'auditor', 'user'],
  }),
  'DELETE /session': own({
    summary: 'logs out',
    result: z.object({}),
    roles: ['admin', 'domainAdmin', 'auditor', 'user'],
  }),
};
