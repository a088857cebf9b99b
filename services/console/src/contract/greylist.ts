// What greylisting did.
import { adminGreylist } from '@pochtar/bus';
import { z } from 'zod';
import { asks } from './route.ts';

export const greylistRoutes = {
  'GET /greylist': asks(adminGreylist.status, {
    summary: 'what greylisting did by the day, the latest first',
    query: z.strictObject({ days: z.coerce.number().int().min(1).max(90).default(14) }),
    request: ({ query }) => query,
  }),
};
