// Questions about the white list, the black list and the named networks; the settings process answers. An entry is
// named by its list and its value, so that nobody needs its number.
import { z } from 'zod';
import { changesAll, looksAtAll } from './access.ts';
import { problem } from './problem.ts';
import { adminQuestion } from './question.ts';

/** Lines of one question: an answer with a complaint about each has to fit into a message of the bus. */
export const MAX_LIST_LINES = 500;
/** Lines of one text that is handed in; sent in pieces. */
export const MAX_PASTED_LINES = 10_000;

const list = z.enum(['white', 'black']);
export type ListName = z.infer<typeof list>;
const kind = z.enum(['address', 'network', 'namedNetwork', 'domain', 'server', 'mailbox']);
const value = z.string().trim().min(1).max(400);
const comment = z.string().trim().max(200);
/** A moment with its zone; '' is never. */
const end = z.string().max(40);

const entry = z.object({
  kind,
  value: z.string(),
  comment: z.string(),
  author: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  isExpired: z.boolean(),
  /** How often it has decided: connections and mails. */
  hits: z.int(),
  lastHitAt: z.iso.datetime().nullable(),
  /** Of a white address: it may send anywhere without a login; otherwise it is spared the checks and nothing more. */
  opensRelay: z.boolean(),
  /** Of a named network. */
  addresses: z.array(z.string()).nullable(),
  cautions: z.array(problem),
});
export type ListEntryInfo = z.infer<typeof entry>;

const line = z.object({
  /** Counted from 1, among the lines that were sent. */
  line: z.int().positive(),
  outcome: z.enum(['new', 'exists', 'invalid']),
  kind: kind.optional(),
  /** In its normal form. */
  value: z.string().optional(),
  problem: problem.optional(),
  cautions: z.array(z.string()),
});
export type ListLine = z.infer<typeof line>;

const networkName = z.string().trim().min(1).max(64);
const addresses = z.array(z.string().max(64)).min(1).max(256);
const network = z.object({
  name: z.string(),
  addresses: z.array(z.string()),
  comment: z.string(),
  author: z.string(),
  createdAt: z.iso.datetime(),
  /** The lists whose entries refer to it. */
  usedBy: z.array(list),
});
export type NamedNetworkInfo = z.infer<typeof network>;

export const adminLists = {
  list: adminQuestion(
    'settings',
    'lists.list',
    'entries of the white or the black list, newest first',
    z.object({
      list,
      /** In the entry, its comment or its author. */
      search: z.string().max(200).optional(),
      kind: kind.optional(),
      /** Only those that have been there for so many days and did not decide anything in them. */
      idleDays: z.int().min(1).max(3650).optional(),
      /** Only those that have ended, or that have not. */
      expired: z.boolean().optional(),
      after: z
        .string()
        .regex(/^\d{1,15}$/)
        .optional(),
      limit: z.int().min(1).max(200).default(50),
    }),
    z.object({
      entries: z.array(entry),
      next: z.string().nullable(),
      /** Counted up to 10,000. */
      total: z.object({ value: z.int(), exact: z.boolean() }),
    }),
    looksAtAll,
  ),
  counts: adminQuestion(
    'settings',
    'lists.counts',
    'how many entries and named networks there are, their revision, and which processes run it',
    z.object({}),
    z.object({
      white: z.int(),
      black: z.int(),
      networks: z.int(),
      revision: z.int(),
      applied: z.array(z.object({ process: z.string(), instance: z.string(), revision: z.int() })),
    }),
    looksAtAll,
  ),
  add: adminQuestion(
    'settings',
    'lists.add',
    'adds one entry; how it reads it is answered without adding it when only that is asked',
    z.object({
      list,
      value,
      comment: comment.default(''),
      expiresAt: end.default(''),
      validateOnly: z.boolean().optional(),
    }),
    z.object({
      entry: entry.nullable(),
      kind,
      value: z.string(),
      exists: z.boolean(),
      cautions: z.array(problem),
    }),
    changesAll(
      ({ list: name, value: written, validateOnly }) => (validateOnly === true ? null : `${name} ${written}`),
      ['comment', 'expiresAt'],
    ),
  ),
  addMany: adminQuestion(
    'settings',
    'lists.addMany',
    'adds entries, one a line as `value until=TIME # comment`; says of each whether it is new, there already or invalid',
    z.object({
      list,
      lines: z.array(z.string().max(1000)).min(1).max(MAX_LIST_LINES),
      /** Of lines without a comment. */
      comment: comment.default(''),
      /** Of lines without an end. */
      expiresAt: end.default(''),
      /** Answers what would be. */
      dryRun: z.boolean().default(false),
    }),
    z.object({ lines: z.array(line), added: z.int() }),
    changesAll(
      ({ list: name, lines, dryRun }) => (dryRun ? null : `${name} ${shortList(lines)}`),
      ['comment', 'expiresAt'],
    ),
  ),
  change: adminQuestion(
    'settings',
    'lists.change',
    'changes the comment or the end of an entry',
    z.object({ list, value, comment: comment.optional(), expiresAt: end.optional() }),
    z.object({ entry }),
    changesAll(({ list: name, value: written }) => `${name} ${written}`, ['comment', 'expiresAt']),
  ),
  remove: adminQuestion(
    'settings',
    'lists.remove',
    'removes entries, and answers them as they were',
    z.object({ list, values: z.array(value).min(1).max(MAX_LIST_LINES) }),
    z.object({ removed: z.array(entry) }),
    changesAll(({ list: name, values }) => `${name} ${shortList(values)}`),
  ),
  networks: adminQuestion(
    'settings',
    'lists.networks',
    'the named networks, by name',
    z.object({ after: z.string().max(64).optional(), limit: z.int().min(1).max(50).default(50) }),
    z.object({ networks: z.array(network), next: z.string().nullable() }),
    looksAtAll,
  ),
  addNetwork: adminQuestion(
    'settings',
    'lists.addNetwork',
    'adds a named network, which entries call `network:NAME`',
    z.object({ name: networkName, addresses, comment: comment.default('') }),
    z.object({ network }),
    changesAll(({ name }) => `network ${name}`, ['addresses', 'comment']),
  ),
  changeNetwork: adminQuestion(
    'settings',
    'lists.changeNetwork',
    'changes what is given of a named network; entries that refer to it follow',
    z.object({
      name: networkName,
      newName: networkName.optional(),
      addresses: addresses.optional(),
      comment: comment.optional(),
    }),
    z.object({ network }),
    changesAll(({ name }) => `network ${name}`, ['newName', 'addresses', 'comment']),
  ),
  removeNetwork: adminQuestion(
    'settings',
    'lists.removeNetwork',
    'removes a named network that no entry refers to',
    z.object({ name: networkName }),
    z.object({ removed: network }),
    changesAll(({ name }) => `network ${name}`),
  ),
};

function shortList(values: readonly string[]): string {
  const first = values.slice(0, 5).join(', ');
  return values.length > 5 ? `${first} … (${values.length})` : first;
}
