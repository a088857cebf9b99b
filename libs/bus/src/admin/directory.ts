// Questions about domains, accounts, aliases, groups and administrators; the settings process answers.
import { z } from 'zod';
import { changesAll, changesInScope, looksAtAll, looksInScope } from './access.ts';
import { contact, jpeg } from './contact.ts';
import { adminQuestion } from './question.ts';

const domainName = z.string().min(1).max(255);
const address = z.string().min(1).max(320);
const password = z.string().min(1).max(1000);
const displayName = z.string().max(200);
const targets = z.array(address).max(1000);
const nothing = z.object({});

const byAddress = ({ address: of }: { address: string }): string => of;
const byLogin = ({ login: of }: { login: string }): string => of;

/** Pages are asked for with the last address of the page before. */
const page = {
  domain: domainName.optional(),
  search: z.string().max(200).optional(),
  after: z.string().max(400).optional(),
  limit: z.int().min(1).max(500).default(100),
};
const next = { next: z.string().nullable() };
/** For those that are asked for as a whole: an answer is what fits into one message. */
const after = { after: z.string().max(400).optional() };
const more = { next: z.string().nullable().default(null) };

const domain = z.object({
  id: z.int(),
  name: z.string(),
  accounts: z.int(),
  aliases: z.int(),
  groups: z.int(),
  createdAt: z.iso.datetime(),
  /** What the last look at its DNS found: how many records need a hand (null: no answer); null: it was never looked at. */
  dns: z.object({ checkedAt: z.iso.datetime(), problems: z.int().nullable() }).nullable().default(null),
  /** Whether its mail can be signed: an active key, keys that wait for it, or none. */
  dkim: z.enum(['none', 'waiting', 'active']).default('none'),
});
export type DomainInfo = z.infer<typeof domain>;

export const adminDomain = {
  list: adminQuestion(
    'settings',
    'domain.list',
    'the local domains by name, as many as fit into one answer',
    z.object(after),
    z.object({ domains: z.array(domain), ...more }),
    looksInScope,
  ),
  create: adminQuestion(
    'settings',
    'domain.create',
    'adds a local domain',
    z.object({
      name: domainName,
      /** Where mail to postmaster goes (RFC 5321 §4.5.1); makes an alias. */
      postmaster: address.optional(),
    }),
    z.object({ domain }),
    changesAll(({ name }) => name, ['postmaster']),
  ),
  delete: adminQuestion(
    'settings',
    'domain.delete',
    'removes a domain that has no accounts, aliases, groups or external contacts',
    z.object({ name: domainName }),
    nothing,
    changesAll(({ name }) => name),
  ),
};

const account = z.object({
  id: z.int(),
  address: z.string(),
  domain: z.string(),
  displayName: z.string(),
  isEnabled: z.boolean(),
  hasPassword: z.boolean(),
  quotaBytes: z.int().nullable(),
  usedBytes: z.int(),
  createdAt: z.iso.datetime(),
  contact: contact.default({}),
  /** The address book does not have it. */
  isHidden: z.boolean().default(false),
  hasPhoto: z.boolean().default(false),
});
export type AccountInfo = z.infer<typeof account>;

const quotaBytes = z.int().positive().nullable();
const accountFields = ['displayName', 'quotaBytes', 'isEnabled', 'contact', 'isHidden'];

export const adminAccount = {
  list: adminQuestion(
    'settings',
    'account.list',
    'accounts in the order of their addresses',
    z.object(page),
    z.object({ accounts: z.array(account), ...next }),
    looksInScope,
  ),
  show: adminQuestion(
    'settings',
    'account.show',
    'one account and the aliases that lead to it',
    z.object({ address }),
    z.object({ account, aliases: z.array(z.string()), groups: z.array(z.string()) }),
    looksInScope,
  ),
  create: adminQuestion(
    'settings',
    'account.create',
    'adds an account with its first folders',
    z.object({
      address,
      displayName: displayName.default(''),
      password: password.optional(),
      quotaBytes: quotaBytes.default(null),
      isEnabled: z.boolean().default(true),
      contact: contact.default({}),
      isHidden: z.boolean().default(false),
    }),
    z.object({ account }),
    changesInScope(byAddress, accountFields),
  ),
  update: adminQuestion(
    'settings',
    'account.update',
    'changes the given fields of an account',
    z.object({
      address,
      displayName: displayName.optional(),
      quotaBytes: quotaBytes.optional(),
      isEnabled: z.boolean().optional(),
      /** Fields that are given replace those that are there; '' takes one away. */
      contact: contact.optional(),
      isHidden: z.boolean().optional(),
    }),
    z.object({ account }),
    changesInScope(byAddress, accountFields),
  ),
  photo: adminQuestion(
    'settings',
    'account.photo',
    'the photo of an account for the address book',
    z.object({ address }),
    z.object({ photo: z.object({ jpeg, width: z.int(), height: z.int() }).nullable() }),
    looksInScope,
  ),
  setPhoto: adminQuestion(
    'settings',
    'account.setPhoto',
    'sets or takes away the photo of an account; what a camera wrote beside the picture is left out',
    z.object({ address, jpeg: jpeg.nullable() }),
    nothing,
    changesInScope(byAddress),
  ),
  setPassword: adminQuestion(
    'settings',
    'account.password',
    'sets the password of an account',
    z.object({ address, password }),
    nothing,
    changesInScope(byAddress),
  ),
  delete: adminQuestion(
    'settings',
    'account.delete',
    'removes an account with its mail',
    z.object({ address }),
    nothing,
    changesInScope(byAddress),
  ),
};

const alias = z.object({ address: z.string(), targets: z.array(z.string()), createdAt: z.iso.datetime() });
export type AliasInfo = z.infer<typeof alias>;

export const adminAlias = {
  list: adminQuestion(
    'settings',
    'alias.list',
    'aliases in the order of their addresses',
    z.object(page),
    z.object({ aliases: z.array(alias), ...next }),
    looksInScope,
  ),
  create: adminQuestion(
    'settings',
    'alias.create',
    'adds an alias that leads to one or more addresses, local or not',
    z.object({ address, targets: targets.min(1) }),
    z.object({ alias }),
    changesInScope(byAddress, ['targets']),
  ),
  update: adminQuestion(
    'settings',
    'alias.update',
    'replaces the targets of an alias',
    z.object({ address, targets: targets.min(1) }),
    z.object({ alias }),
    changesInScope(byAddress, ['targets']),
  ),
  delete: adminQuestion(
    'settings',
    'alias.delete',
    'removes an alias',
    z.object({ address }),
    nothing,
    changesInScope(byAddress),
  ),
};

const group = z.object({
  address: z.string(),
  name: z.string(),
  /** The first 1,000: `group.members` has all. */
  members: z.array(z.string()),
  memberCount: z.int(),
  createdAt: z.iso.datetime(),
});
export type GroupInfo = z.infer<typeof group>;

export const adminGroup = {
  list: adminQuestion(
    'settings',
    'group.list',
    'distribution groups in the order of their addresses',
    z.object(page),
    z.object({ groups: z.array(group), ...next }),
    looksInScope,
  ),
  members: adminQuestion(
    'settings',
    'group.members',
    'the members of one group, in the order of their addresses',
    z.object({
      address,
      after: z.string().max(400).optional(),
      limit: z.int().min(1).max(1000).default(200),
    }),
    z.object({ members: z.array(z.string()), total: z.int(), ...next }),
    looksInScope,
  ),
  create: adminQuestion(
    'settings',
    'group.create',
    'adds a distribution group',
    z.object({ address, name: displayName.default(''), members: targets.default([]) }),
    z.object({ group }),
    changesInScope(byAddress, ['name', 'members']),
  ),
  update: adminQuestion(
    'settings',
    'group.update',
    'changes the name of a group, or adds and removes members',
    z.object({
      address,
      name: displayName.optional(),
      add: targets.default([]),
      remove: targets.default([]),
    }),
    z.object({ group }),
    changesInScope(byAddress, ['name', 'add', 'remove']),
  ),
  delete: adminQuestion(
    'settings',
    'group.delete',
    'removes a group',
    z.object({ address }),
    nothing,
    changesInScope(byAddress),
  ),
};

const administratorRole = z.enum(['admin', 'domainAdmin', 'auditor']);
const administrator = z.object({
  login: z.string(),
  role: administratorRole,
  /** null: all */
  domains: z.array(z.string()).nullable(),
  displayName: z.string(),
  isEnabled: z.boolean(),
  lastLoginAt: z.iso.datetime().nullable(),
  lastLoginAddress: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type AdministratorInfo = z.infer<typeof administrator>;
const login = z.string().min(1).max(200);
/** An administrator of domains has at least one, the other roles have all: null. */
const domains = z.array(domainName).min(1).max(1000).nullable();

export const adminAdministrator = {
  list: adminQuestion(
    'settings',
    'administrator.list',
    'who may use the console, by login, as many as fit into one answer',
    z.object(after),
    z.object({ administrators: z.array(administrator), ...more }),
    looksAtAll,
  ),
  create: adminQuestion(
    'settings',
    'administrator.create',
    'adds an administrator; without a role, one of the named domains or else an admin',
    z.object({
      login,
      password,
      role: administratorRole.optional(),
      domains: domains.default(null),
      displayName: displayName.default(''),
      isEnabled: z.boolean().default(true),
    }),
    z.object({ administrator }),
    changesAll(byLogin, ['role', 'domains', 'displayName', 'isEnabled']),
  ),
  update: adminQuestion(
    'settings',
    'administrator.update',
    'changes the given fields of an administrator; the last admin that may log in stays, and nobody takes away his own rights',
    z.object({
      login,
      role: administratorRole.optional(),
      domains: domains.optional(),
      displayName: displayName.optional(),
      isEnabled: z.boolean().optional(),
    }),
    z.object({ administrator }),
    changesAll(byLogin, ['role', 'domains', 'displayName', 'isEnabled']),
  ),
  setPassword: adminQuestion(
    'settings',
    'administrator.password',
    'sets the password of an administrator',
    z.object({ login, password }),
    nothing,
    changesAll(byLogin),
  ),
  delete: adminQuestion(
    'settings',
    'administrator.delete',
    'removes an administrator; the last admin that may log in stays, and nobody removes himself',
    z.object({ login }),
    nothing,
    changesAll(byLogin),
  ),
};
