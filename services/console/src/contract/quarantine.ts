// The quarantine: what the filters hold.
import { adminQuarantine } from '@pochtar/bus';
import { z } from 'zod';
import { ofKnown } from './mail.ts';
import { asks, own } from './route.ts';

const mail = z.object({ mail: z.uuid() });
const search = z.string().max(320).optional();
const filter = z.string().max(32).optional();
const selection = z.strictObject({
  mails: z.array(z.uuid()).min(1).max(500),
  filter,
  /** For this one only; the others wait on. */
  recipient: z.string().min(1).max(320).optional(),
});

export const quarantineRoutes = {
  'GET /quarantine': asks(adminQuarantine.list, {
    summary: 'mails that a filter holds, newest first',
    query: z.strictObject({
      ...{ filter, sender: search, recipient: search },
      since: z.iso.datetime().optional(),
      after: z.uuid().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    request: ({ query }) => query,
  }),
  'GET /quarantine/:mail': asks(adminQuarantine.show, {
    summary: 'one mail of the quarantine: envelope, verdicts, and its header as text',
    params: mail,
    request: ({ params }) => params,
  }),
  'GET /quarantine/:mail/text': asks(adminQuarantine.read, {
    summary: 'its texts as plain text, and what is attached; reading them is written to the audit log',
    params: mail,
    request: ({ params }) => params,
  }),
  'GET /quarantine/:mail/content': own({
    summary: 'the mail itself, as a file; downloading it is written to the audit log',
    params: mail,
    result: z.string(),
    mediaType: 'message/rfc822',
    roles: adminQuarantine.content.access.roles,
  }),
  'POST /quarantine/release': asks(adminQuarantine.release, {
    summary:
      'lets mails go on, past the verdict of the filter that holds them; what data loss prevention holds is approved',
    body: selection,
    request: ({ body }) => body,
    answer: ofKnown,
  }),
  'POST /quarantine/approve': asks(adminQuarantine.approve, {
    summary: 'lets mails go on that data loss prevention holds for approval; the comment says why',
    body: selection.omit({ filter: true }).extend({ comment: z.string().max(400) }),
    request: ({ body }) => body,
    answer: ofKnown,
  }),
  'POST /quarantine/delete': asks(adminQuarantine.delete, {
    summary: 'removes mails of the quarantine; nobody is told',
    body: selection,
    request: ({ body }) => body,
    answer: ofKnown,
  }),
};
