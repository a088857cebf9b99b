// Questions about who has failed to log in too often; the settings process answers. Counting is Postgres's, over all
// processes and protocols, so that what is lifted is lifted everywhere at once.
import { z } from 'zod';
import { changesAll, looksAtAll } from './access.ts';
import { adminQuestion } from './question.ts';

const ban = z.object({
  /** address: may not try; account: is closed to clients that it never logged in from. */
  kind: z.enum(['address', 'account']),
  /** An address, the /64 of an IPv6 address, the address of an account, or `administrator NAME`. */
  subject: z.string(),
  failures: z.int(),
  /** When these failures count no more. */
  until: z.iso.datetime(),
  /** There are so many that the gate is closed; otherwise they are counted. */
  isClosed: z.boolean(),
});
export type BanInfo = z.infer<typeof ban>;

export const adminBans = {
  list: adminQuestion(
    'settings',
    'bans.list',
    'addresses and accounts that have failed to log in too often, the newest first',
    z.object({
      /** Those too whose failures are few. */
      all: z.boolean().default(false),
      /** In the subject. */
      text: z.string().max(200).optional(),
      limit: z.int().min(1).max(500).default(100),
      /** The place behind the page before. */
      after: z.int().min(0).max(100_000).default(0),
    }),
    z.object({ bans: z.array(ban), next: z.int().nullable() }),
    looksAtAll,
  ),
  lift: adminQuestion(
    'settings',
    'bans.lift',
    'forgets the failed log-ins of an address or an account: it may try again at once, in every process',
    z.object({
      /** An address or a network as it is listed, any address of a listed /64, or an account. */
      subject: z.string().trim().min(1).max(400),
    }),
    z.object({ lifted: z.array(z.string()) }),
    changesAll(({ subject }) => subject),
  ),
};
