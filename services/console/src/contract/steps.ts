// First steps of a new server that are put off.
import { adminSteps, firstSteps } from '@pochtar/bus';
import { z } from 'zod';
import { asks } from './route.ts';

const params = z.object({ step: z.enum(firstSteps) });

export const stepRoutes = {
  'GET /steps': asks(adminSteps.list, {
    summary: 'first steps of a new server that are put off, with the reason',
    request: () => ({}),
  }),
  'PUT /steps/:step': asks(adminSteps.putOff, {
    summary: 'puts a first step off: it counts neither as done nor as missing',
    params,
    body: z.strictObject({ reason: z.string().trim().min(1).max(200) }),
    request: ({ params: { step }, body: { reason } }) => ({ step, reason }),
  }),
  'DELETE /steps/:step': asks(adminSteps.resume, {
    summary: 'puts a first step off no longer',
    params,
    request: ({ params: { step } }) => ({ step }),
  }),
};
