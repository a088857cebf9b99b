// What the filters would say of a mail that nobody sends.
import { adminTryMail, MAX_TRIED_BYTES, tryMailRequest } from '@pochtar/bus';
import { z } from 'zod';
import { own } from './route.ts';

export const filterRoutes = {
  'POST /filters/try': own({
    summary:
      'what each filter would say of a mail by a draft of the settings, and what would become of it; nothing is delivered',
    body: z.strictObject(tryMailRequest.shape),
    upload: { part: 'mail', maxBytes: MAX_TRIED_BYTES, atOnce: 3 },
    result: adminTryMail.mail.result,
    roles: adminTryMail.mail.access.roles,
  }),
};
