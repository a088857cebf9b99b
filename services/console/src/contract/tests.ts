// Settings that are tried before they are saved.
import { testEvent, testKinds, testVerdict } from '@pochtar/bus';
import { z } from 'zod';
import { own } from './route.ts';

const name = z.string().max(64);

export const testRoutes = {
  'POST /tests/:kind': own({
    summary: 'tries settings that are not saved: a line for each event, the last one is the verdict',
    params: z.object({ kind: z.enum(testKinds) }),
    body: z.strictObject({
      /** What differs from what is saved, by section and field. */
      values: z.record(name, z.record(name, z.json())).default({}),
      /** As they were typed. */
      secrets: z.record(name, z.record(name, z.string().max(4000))).optional(),
      /** Where none was typed: only for the host it is stored for. */
      useStoredSecret: z.boolean().default(false),
      /** One of several, such as one black list. */
      only: z.string().max(400).optional(),
    }),
    result: z.union([testEvent, testVerdict]),
    mediaType: 'application/x-ndjson',
    roles: ['admin'],
  }),
};
