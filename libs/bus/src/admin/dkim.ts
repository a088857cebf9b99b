// Questions about the keys that mail is signed with; the settings process answers, and looks into the DNS. A private key
// goes in, and never out.
import { z } from 'zod';
import { changesInScope, looksInScope } from './access.ts';
import { adminQuestion } from './question.ts';

const domain = z.string().min(1).max(255);
const selector = z.string().min(1).max(63);

const key = z.object({
  domain: z.string(),
  selector: z.string(),
  algorithm: z.enum(['rsa', 'ed25519']),
  bits: z.int(),
  /**
   * prepared: made, to be published · published: the DNS has it · active: signs · retired: signs no more, its record
   * stays until `keepUntil`
   */
  state: z.enum(['prepared', 'published', 'active', 'retired']),
  /** Signs by itself as soon as the DNS has it. */
  isAutomatic: z.boolean(),
  createdAt: z.iso.datetime(),
  checkedAt: z.iso.datetime().nullable(),
  /** What the DNS had at the last look; `wrong`: another key, or one that nobody can use; `revoked`: an empty p=. */
  found: z.enum(['ok', 'missing', 'wrong', 'revoked', 'unanswered']).nullable(),
  activatedAt: z.iso.datetime().nullable(),
  keepUntil: z.iso.datetime().nullable(),
  /** What is to be published. */
  record: z.object({
    /** `default._domainkey.example.org` */
    name: z.string(),
    /** Whole, as forms of providers want it. */
    value: z.string(),
    /** RFC 1035 §3.3: in pieces of 255 octets at most. */
    chunks: z.array(z.string()),
    /** The line of a zone file. */
    zone: z.string(),
  }),
});
export type DkimKeyInfo = z.infer<typeof key>;

const one = { domain, selector };
const changed = z.object({ key });
const object = (of: { domain: string; selector?: string | undefined }): string =>
  of.selector === undefined ? of.domain : `${of.selector}._domainkey.${of.domain}`;

const made = {
  domain,
  /** That of the settings when left out; a further one where that is taken. */
  selector: selector.optional(),
  /** Signs by itself as soon as the DNS has it, in place of the one before. */
  isAutomatic: z.boolean().default(true),
};

export const adminDkim = {
  list: adminQuestion(
    'settings',
    'dkim.list',
    'the keys that mail is signed with, and the records to publish',
    z.object({ domain: domain.optional(), after: z.string().max(400).optional() }),
    z.object({
      keys: z.array(key),
      /** dkim.sign */
      isSigning: z.boolean(),
      next: z.string().nullable().default(null),
    }),
    looksInScope,
  ),
  create: adminQuestion(
    'settings',
    'dkim.create',
    'makes a key for a domain; it signs when its record is published',
    z.object({ ...made, algorithm: z.enum(['rsa', 'ed25519']).default('rsa') }),
    changed,
    changesInScope(object, ['algorithm', 'isAutomatic']),
  ),
  import: adminQuestion(
    'settings',
    'dkim.import',
    'takes over a private key (PEM) that was made elsewhere',
    z.object({ ...made, pem: z.string().min(1).max(20_000) }),
    changed,
    changesInScope(object, ['isAutomatic']),
  ),
  check: adminQuestion(
    'settings',
    'dkim.check',
    'looks for the record of a key in the DNS now; an automatic key that is there begins to sign',
    z.object(one),
    changed,
    changesInScope(object),
  ),
  activate: adminQuestion(
    'settings',
    'dkim.activate',
    'signs with a key from now on; the one of its kind that did is retired',
    // Forced: although the DNS does not show it.
    z.object({ ...one, isForced: z.boolean().default(false) }),
    changed,
    changesInScope(object, ['isForced']),
  ),
  retire: adminQuestion(
    'settings',
    'dkim.retire',
    'signs with a key no longer; its record stays for mail that is under way',
    z.object(one),
    changed,
    changesInScope(object),
  ),
  remove: adminQuestion(
    'settings',
    'dkim.remove',
    'removes a key that does not sign',
    // Forced: although mail that it has signed may be under way.
    z.object({ ...one, isForced: z.boolean().default(false) }),
    z.object({}),
    changesInScope(object, ['isForced']),
  ),
};
