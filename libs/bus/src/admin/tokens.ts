// Questions about tokens of the API and about the audit log; the settings process answers.
import { z } from 'zod';
import { asksAsServer, changesInScope, looksInScope } from './access.ts';
import { principal } from './login.ts';
import { adminQuestion } from './question.ts';

const tokenRole = z.enum(['admin', 'domainAdmin', 'auditor']);
const token = z.object({
  id: z.int(),
  name: z.string(),
  /** The login of the administrator whose token it is. */
  maker: z.string(),
  role: tokenRole,
  /** null: all */
  domains: z.array(z.string()).nullable(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** Written some seconds after the use. */
  lastUsedAt: z.iso.datetime().nullable(),
  lastUsedAddress: z.string().nullable(),
  /** Neither expired nor beyond what its maker may now. */
  isAlive: z.boolean(),
});
export type TokenInfo = z.infer<typeof token>;

export const adminToken = {
  list: adminQuestion(
    'settings',
    'token.list',
    'tokens of the API; of an administrator of domains his own',
    z.object({ after: z.string().max(20).optional() }),
    z.object({ tokens: z.array(token), next: z.string().nullable().default(null) }),
    looksInScope,
  ),
  create: adminQuestion(
    'settings',
    'token.create',
    'makes a token of the asker, which may no more than he does; the value is shown this once',
    z.object({
      name: z.string().trim().min(1).max(100),
      role: tokenRole,
      /** As of an administrator: of an administrator of domains at least one, of the other roles null. */
      domains: z.array(z.string().min(1).max(255)).min(1).max(1000).nullable().default(null),
      /** At most two years from now. */
      expiresAt: z.iso.datetime(),
      /** Whose token it becomes; for programs that ask for nobody, such as the command line. */
      maker: z.string().min(1).max(200).optional(),
    }),
    z.object({ token, value: z.string() }),
    changesInScope(({ name }) => name, ['role', 'domains', 'expiresAt', 'maker']),
  ),
  delete: adminQuestion(
    'settings',
    'token.delete',
    'removes a token, which is dead at once',
    z.object({ id: z.int().positive() }),
    z.object({}),
    changesInScope(({ id }) => String(id)),
  ),
  check: adminQuestion(
    'settings',
    'token.check',
    'what a token stands for now: its rights as far as its maker has them; `wrongToken` when it is none, or dead',
    z.object({ token: z.string().min(1).max(200), clientAddress: z.string().min(1).max(64) }),
    z.object({ principal, token: z.object({ id: z.int(), name: z.string() }) }),
    asksAsServer,
  ),
};

const auditEntry = z.object({
  id: z.int(),
  at: z.iso.datetime(),
  author: z.string(),
  role: z.string(),
  clientAddress: z.string().nullable(),
  action: z.string(),
  object: z.string(),
  details: z.record(z.string(), z.unknown()),
  /** `done`, or the code of the complaint; null: it began and was cut off. */
  outcome: z.string().nullable(),
});
export type AuditEntryInfo = z.infer<typeof auditEntry>;

export const adminAudit = {
  list: adminQuestion(
    'settings',
    'audit.list',
    'changes and log-ins, the newest first; of an administrator of domains his own',
    z.object({
      author: z.string().max(200).optional(),
      /** A question, or what stands before its dot: `account` */
      action: z.string().max(100).optional(),
      /** Part of the object. */
      object: z.string().max(200).optional(),
      since: z.iso.datetime().optional(),
      until: z.iso.datetime().optional(),
      /** The last id of the page before. */
      before: z.int().positive().optional(),
      limit: z.int().min(1).max(500).default(100),
    }),
    z.object({
      entries: z.array(auditEntry),
      next: z.int().nullable(),
      /** A search for a part of an object lasts a moment only. Not null: it has looked at what is newer, and `next` looks further. */
      searchedSince: z.iso.datetime().nullable().default(null),
    }),
    looksInScope,
  ),
};
