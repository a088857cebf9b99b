// Questions about mail rules: the Sieve scripts of an account (RFC 5228, RFC 5804). Asked for whoever owns the mailbox, and by
// who administers it; the settings process answers.
import { z } from 'zod';
import type { Access } from './access.ts';
import { adminQuestion } from './question.ts';

const address = z.string().min(1).max(320);
// RFC 5804 §1.6: up to 512 octets; no controls.
const name = z
  .string()
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]{1,128}$/u)
  .meta({ examples: ['rules'] });
/** RFC 5804 §1.3: what is larger is refused. */
const content = z.string().max(262_144);
const nothing = z.object({});

const rules = z.object({
  name: z.string(),
  /** Octets of UTF-8. */
  bytes: z.int(),
  isActive: z.boolean(),
  updatedAt: z.iso.datetime(),
});
export type RulesInfo = z.infer<typeof rules>;

/** What is wrong with a script, and where; both count from 1. */
const fault = z.object({ line: z.int(), column: z.int(), message: z.string() });
export type RulesFault = z.infer<typeof fault>;

interface Concerned {
  address: string;
  name?: string | null;
}

const looks: Access<unknown> = { roles: ['admin', 'domainAdmin', 'user'], isOwnOfUsers: true };
const changes = {
  roles: ['admin', 'domainAdmin', 'user'],
  isOwnOfUsers: true,
  audit: {
    object: ({ address: of, name: called }: Concerned) => (called ? `${of} ${called}` : of),
    keeps: [],
  },
} as const;

export const adminRules = {
  list: adminQuestion(
    'settings',
    'rules.list',
    'the mail rules of an account, by name',
    z.object({ address }),
    z.object({ rules: z.array(rules) }),
    looks,
  ),
  show: adminQuestion(
    'settings',
    'rules.show',
    'the text of rules of an account',
    z.object({ address, name }),
    z.object({ content: z.string() }),
    looks,
  ),
  check: adminQuestion(
    'settings',
    'rules.check',
    'whether a text could be rules; and which extensions may be required',
    z.object({ content }),
    z.object({ fault: fault.nullable(), extensions: z.array(z.string()) }),
    looks,
  ),
  save: adminQuestion(
    'settings',
    'rules.save',
    'makes rules, or puts them in the place of those of that name; complaints: `wrongRules` with the place, `tooMany`',
    z.object({ address, name, content, isActive: z.boolean().default(false) }),
    nothing,
    changes,
  ),
  activate: adminQuestion(
    'settings',
    'rules.activate',
    'lets these rules decide on mail from now on, or none (null)',
    z.object({ address, name: name.nullable() }),
    nothing,
    changes,
  ),
  rename: adminQuestion(
    'settings',
    'rules.rename',
    'gives rules another name; complaint: `exists`',
    z.object({ address, name, to: name }),
    nothing,
    changes,
  ),
  remove: adminQuestion(
    'settings',
    'rules.remove',
    'removes rules that do not decide on mail now; complaint: `active`',
    z.object({ address, name }),
    nothing,
    changes,
  ),
};
