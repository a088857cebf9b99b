// Local client addresses that many strangers seem to stand behind.
import { adminGuard } from '@pochtar/bus';
import { z } from 'zod';
import { asks } from './route.ts';

const address = z.object({ address: z.string().min(1).max(64) });

export const guardRoutes = {
  'GET /guard': asks(adminGuard.list, {
    summary:
      'local client addresses that are not trusted since many seem to stand behind them, and confirmed ones',
    query: z.strictObject({
      /** Those too that are only counted. */
      all: z.stringbool().default(false),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      after: z.coerce.number().int().min(0).max(100_000).default(0),
    }),
    request: ({ query }) => query,
  }),
  'POST /guard/:address/confirm': asks(adminGuard.confirm, {
    summary: 'says that a local address is one client',
    params: address,
    request: ({ params }) => params,
  }),
  'POST /guard/:address/revoke': asks(adminGuard.revoke, {
    summary: 'takes back that a local address is one client',
    params: address,
    request: ({ params }) => params,
  }),
};
