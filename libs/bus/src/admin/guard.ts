// Questions about local client addresses that many strangers may stand behind; the settings process answers, smtp judges.
import { z } from 'zod';
import { changesAll, looksAtAll } from './access.ts';
import { adminQuestion } from './question.ts';

const time = z.iso.datetime();

const client = z.object({
  address: z.string(),
  /**
   * suspended: neither relaying nor the white list counts for it, and it is not banned · confirmed: somebody said that it is
   * one client · counted: nothing follows yet
   */
  state: z.enum(['suspended', 'confirmed', 'counted']),
  /** Different foreign domains that sent through it without a login within a day, counted up to 50. */
  domains: z.int().nonnegative(),
  /** The latest of them, some. */
  latest: z.array(z.string()),
  firstAt: time,
  lastAt: time,
  suspendedAt: time.nullable(),
  confirmedAt: time.nullable(),
  confirmedBy: z.string().nullable(),
});
export type GuardedClientInfo = z.infer<typeof client>;

const address = z.object({ address: z.string().trim().min(1).max(64) });

export const adminGuard = {
  list: adminQuestion(
    'settings',
    'guard.list',
    'local client addresses that many may stand behind: those that are not trusted, and those that were confirmed',
    z.object({
      /** Those too that are counted only. */
      all: z.boolean().default(false),
      limit: z.int().min(1).max(500).default(100),
      /** The place behind the page before. */
      after: z.int().min(0).max(100_000).default(0),
    }),
    z.object({ clients: z.array(client), next: z.int().nullable() }),
    looksAtAll,
  ),
  confirm: adminQuestion(
    'settings',
    'guard.confirm',
    'says that a local address is one client: it is trusted as the lists say, whatever is sent through it',
    address,
    z.object({ address: z.string() }),
    changesAll(({ address: one }) => one),
  ),
  revoke: adminQuestion(
    'settings',
    'guard.revoke',
    'takes that back: the address is judged again by what is sent through it',
    address,
    z.object({ address: z.string(), isSuspended: z.boolean() }),
    changesAll(({ address: one }) => one),
  ),
};
