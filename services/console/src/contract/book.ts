// What programs set the address book up with, and what they would find in it.
import { adminTryBook, tryBookFields } from '@pochtar/bus';
import { z } from 'zod';
import { asks, own } from './route.ts';

/** Paths on this server want the address of a mailbox behind them. */
export const bookSetUp = z.object({
  host: z.string(),
  port: z.int(),
  security: z.enum(['tls', 'plain']),
  bases: z.array(z.string()),
  /** Lines for `user.js`. */
  thunderbird: z.string(),
  /** A profile file of the classic Outlook for Windows. */
  outlook: z.string(),
  /** A configuration profile: the book by CardDAV, and by LDAP where a device would find it by what a profile can say. */
  apple: z.string(),
  /** Where programs that know CardDAV look for it. */
  cardDav: z.string(),
});

export const bookRoutes = {
  'GET /address-book/client': own({
    summary: 'what programs set the address book up with; null while it is switched off',
    result: z.object({ addressBook: bookSetUp.nullable() }),
    roles: ['admin', 'auditor'],
  }),
  'POST /address-book/try': asks(adminTryBook.book, {
    summary: 'what a program finds in the address book for somebody, and what it does not find, and why',
    body: z.strictObject(tryBookFields),
    request: ({ body }) => body,
  }),
};
