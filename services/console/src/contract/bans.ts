// Who has failed to log in too often.
import { adminBans } from '@pochtar/bus';
import { z } from 'zod';
import { asks } from './route.ts';

export const banRoutes = {
  'GET /bans': asks(adminBans.list, {
    summary: 'addresses and accounts that have failed to log in too often, the newest first',
    query: z.strictObject({
      /** Those too whose failures are few. */
      all: z.stringbool().default(false),
      text: z.string().max(200).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      after: z.coerce.number().int().min(0).max(100_000).default(0),
    }),
    request: ({ query }) => query,
  }),
  'DELETE /bans/:subject': asks(adminBans.lift, {
    summary: 'forgets the failed log-ins of an address or an account',
    params: z.object({ subject: z.string().min(1).max(400) }),
    request: ({ params }) => params,
  }),
};
