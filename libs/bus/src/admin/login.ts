// Questions about log-ins to the console; the settings process answers. `check` and `identity` are asked by a front end
// for itself, as an administrator of the whole server; the others by whoever has logged in.
import { z } from 'zod';
import { adminScope, asksAsServer, changesOwn, looksAtOwn, roles } from './access.ts';
import { adminQuestion } from './question.ts';

const login = z.string().min(1).max(400);
const password = z.string().min(1).max(1000);
const kind = z.enum(['administrator', 'account']);

/** Who has logged in, and what that may do; everything that an asker is made of. */
export const principal = z.object({
  kind,
  /** As it is stored: of an account its address. */
  login: z.string(),
  role: z.enum(roles),
  scope: adminScope,
  /** Names of the domains of the scope; null: all */
  domains: z.array(z.string()).nullable(),
  displayName: z.string(),
  /** The address of an account; null of an administrator. */
  account: z.string().nullable(),
  /** A session ends when its principal has come to another one: other password, role, domains, or switched off. */
  epoch: z.int(),
  /** False: somebody else chose the password and knows it. */
  hasOwnPassword: z.boolean(),
});
export type PrincipalInfo = z.infer<typeof principal>;

export const adminLogin = {
  check: adminQuestion(
    'settings',
    'login.check',
    'whether a password is right, and whose it is; complaints: `wrongLogin`, `tooMany` with `retryAfterSeconds`',
    z.object({ login, password, clientAddress: z.string().min(1).max(64) }),
    z.object({ principal }),
    // What is written down of it depends on whether there is such a name: the answerer does so itself.
    asksAsServer,
  ),
  identity: adminQuestion(
    'settings',
    'login.identity',
    'who somebody that has logged in is now; `notFound` when gone or switched off',
    z.object({ login, kind }),
    z.object({ principal }),
    asksAsServer,
  ),
  ownPassword: adminQuestion(
    'settings',
    'login.ownPassword',
    'changes the own password and ends the own other sessions; complaints as of `login.check`',
    z.object({ current: password, password }),
    z.object({ principal }),
    changesOwn((_, asker) => asker.account ?? asker.login ?? null),
  ),
};

export const adminOwn = {
  account: adminQuestion(
    'settings',
    'account.own',
    'the mailbox of the user that asks',
    z.object({}),
    z.object({
      address: z.string(),
      displayName: z.string(),
      quotaBytes: z.int().nullable(),
      usedBytes: z.int(),
      /** Aliases that lead to it. */
      aliases: z.array(z.string()),
    }),
    looksAtOwn,
  ),
};
