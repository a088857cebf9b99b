// Every subject and payload that two processes must agree on. Payloads are small, additive-only, and
// validated on both ends. An event names a mail and a step and carries nothing else of consequence.
import { z } from 'zod';
import type { DialogueFilter, Step } from './filter-order.ts';

/** A subject whose messages are kept in a stream, or (core) only reach who listens now. */
export interface Subject<Payload> {
  name: string;
  kind: 'stream' | 'core';
  schema: z.ZodType<Payload>;
  /** For the generated reference. */
  purpose: string;
}

/** A question: one process answers, chosen among the replicas of `queueGroup`. */
export interface Question<Request, Reply> {
  name: string;
  queueGroup: string;
  request: z.ZodType<Request>;
  reply: z.ZodType<Reply>;
  purpose: string;
}

/** Most mails that one event names. */
export const MAX_MAILS_PER_EVENT = 500;

const mailStep = z.object({ mails: z.array(z.uuid()).min(1).max(MAX_MAILS_PER_EVENT) });
export type MailStep = z.infer<typeof mailStep>;

/** `mail.filter.<name>` or `mail.deliver`: these mails wait for this step. */
export function stepSubject(step: Step): Subject<MailStep> {
  const name = step === 'deliver' ? 'mail.deliver' : `mail.filter.${step}`;
  return { name, kind: 'stream', schema: mailStep, purpose: `mails that wait for the step ${step}` };
}

const mailFact = z.object({ mail: z.uuid(), recipient: z.string().optional(), reason: z.string().max(1000) });
export type MailFact = z.infer<typeof mailFact>;

function fact(name: string, purpose: string): Subject<MailFact> {
  return { name, kind: 'stream', schema: mailFact, purpose };
}

export const mailDeferred = fact('mail.deferred', 'an attempt failed for now and will be repeated');
export const mailBounced = fact('mail.bounced', 'a recipient was given up and the sender told');
export const mailHeld = fact('mail.held', 'a mail waits for a person');

const mailRefusedSchema = z.object({
  at: z.iso.datetime(),
  clientAddress: z.string().max(64),
  reversePath: z.string().max(400).nullable(),
  recipient: z.string().max(400).nullable(),
  /** More of them, as many as are kept. */
  otherRecipients: z.array(z.string().max(400)).max(19).default([]),
  reply: z.string().max(1000),
  /** How often, to this client's network, within the minute; the other fields are those of the first. */
  count: z.int().min(1).default(1),
});
export type MailRefused = z.infer<typeof mailRefusedSchema>;
export const mailRefused: Subject<MailRefused> = {
  name: 'mail.refused',
  kind: 'stream',
  schema: mailRefusedSchema,
  purpose: 'smtp refused senders, recipients or messages: once a second for each client and reply',
};

const authFailedSchema = z.object({
  at: z.iso.datetime(),
  protocol: z.enum(['smtp', 'imap', 'pop3', 'ldap', 'console']),
  clientAddress: z.string().max(64),
  login: z.string().max(400),
});
export type AuthFailed = z.infer<typeof authFailedSchema>;
export const authFailed: Subject<AuthFailed> = {
  name: 'auth.failed',
  kind: 'stream',
  schema: authFailedSchema,
  purpose: 'a log-in was refused',
};

const settingsChangedSchema = z.object({ section: z.string(), revision: z.int() });
export type SettingsChanged = z.infer<typeof settingsChangedSchema>;
export const settingsChanged: Subject<SettingsChanged> = {
  name: 'settings.changed',
  kind: 'stream',
  schema: settingsChangedSchema,
  purpose: 'a hint to read the row of a section again',
};

const directoryChangedSchema = z.object({ addresses: z.array(z.string()).max(1000) });
export type DirectoryChanged = z.infer<typeof directoryChangedSchema>;
export const directoryChanged: Subject<DirectoryChanged> = {
  name: 'directory.changed',
  kind: 'stream',
  schema: directoryChangedSchema,
  purpose: 'these address keys were added, changed or removed; an empty list: forget all you know',
};

const administratorChangedSchema = z.object({ logins: z.array(z.string()).max(1000) });
export type AdministratorChanged = z.infer<typeof administratorChangedSchema>;
export const administratorChanged: Subject<AdministratorChanged> = {
  name: 'administrator.changed',
  kind: 'core',
  schema: administratorChangedSchema,
  purpose: 'sessions of these administrators are to be looked at again; an empty list: all of them',
};

const listsChangedSchema = z.object({ revision: z.int() });
export type ListsChanged = z.infer<typeof listsChangedSchema>;
export const listsChanged: Subject<ListsChanged> = {
  name: 'lists.changed',
  kind: 'core',
  schema: listsChangedSchema,
  purpose: 'a hint to read what changed in the white list, the black list and the named networks',
};

const dnsblChangedSchema = z.object({
  zone: z.string().max(253),
  state: z.enum(['unknown', 'good', 'failing', 'suspended']),
  fault: z.enum(['silent', 'refuses', 'listsEverybody', 'empty']).nullable(),
});
export type DnsblChanged = z.infer<typeof dnsblChangedSchema>;
export const dnsblChanged: Subject<DnsblChanged> = {
  name: 'dnsbl.changed',
  kind: 'core',
  schema: dnsblChangedSchema,
  purpose: 'a black list of the DNS was suspended, or is well again; also a hint to read how all of them are',
};

const guardChangedSchema = z.object({
  address: z.string().max(64),
  state: z.enum(['suspended', 'trusted', 'confirmed', 'revoked']),
});
export type GuardChanged = z.infer<typeof guardChangedSchema>;
export const guardChanged: Subject<GuardChanged> = {
  name: 'guard.changed',
  kind: 'core',
  schema: guardChangedSchema,
  purpose:
    'trust in a local client address that many may stand behind was suspended, came back, was confirmed or that was revoked; also a hint to read which are suspended',
};

const routesChangedSchema = z.object({ revision: z.int() });
export type RoutesChanged = z.infer<typeof routesChangedSchema>;
export const routesChanged: Subject<RoutesChanged> = {
  name: 'routes.changed',
  kind: 'core',
  schema: routesChangedSchema,
  purpose: 'a hint to read the routes of single domains again',
};

export const hooksChanged: Subject<Record<string, never>> = {
  name: 'hooks.changed',
  kind: 'core',
  schema: z.object({}) as z.ZodType<Record<string, never>>,
  purpose: 'a hint that web hooks were changed, paused by themselves, or have something to be told again',
};

const taskChangedSchema = z.object({
  id: z.int(),
  state: z.string().max(32),
  place: z.int(),
  total: z.int(),
});
export type TaskChanged = z.infer<typeof taskChangedSchema>;
export const taskChanged: Subject<TaskChanged> = {
  name: 'task.changed',
  kind: 'stream',
  schema: taskChangedSchema,
  purpose: 'a task was made, came further, or ended: once a second at most while it runs',
};

export const appliedProblem = z.object({
  /** A stable word, such as `portTaken` or `notAvailable`. */
  code: z.string().max(64),
  text: z.object({ ru: z.string().max(2000), en: z.string().max(2000) }),
});
export type AppliedProblem = z.infer<typeof appliedProblem>;

const settingsAppliedSchema = z.object({
  process: z.string(),
  instance: z.uuid(),
  section: z.string(),
  revision: z.int(),
  /** In English, for readers that know no `problem`. */
  error: z.string().max(2000).nullable(),
  /** The same for programs and in both languages; absent where a release before it reports. */
  problem: appliedProblem.optional(),
  /** The process stops: nobody need wait for it any more. */
  isGone: z.boolean().optional(),
});
export type SettingsApplied = z.infer<typeof settingsAppliedSchema>;
export const settingsApplied: Subject<SettingsApplied> = {
  name: 'settings.applied',
  kind: 'core',
  schema: settingsAppliedSchema,
  purpose:
    'the revision of a section, or of the lists (`lists`), that a process runs, or why it could not take it over',
};

const mailboxChangedSchema = z.object({
  mailboxes: z.array(z.object({ id: z.int(), modSeq: z.int() })).max(1000),
});
export type MailboxChanged = z.infer<typeof mailboxChangedSchema>;
/** One message per account and commit; ids and MODSEQ only. */
export function mailboxChanged(accountId: number | '*'): Subject<MailboxChanged> {
  return {
    name: `mailbox.changed.${accountId}`,
    kind: 'core',
    schema: mailboxChangedSchema,
    purpose: 'mailboxes of an account changed; sessions that have one of them selected look',
  };
}

export const queueDue: Subject<Record<string, never>> = {
  name: 'queue.due',
  kind: 'core',
  schema: z.object({}) as z.ZodType<Record<string, never>>,
  purpose: 'recipients became due now, or a notice is owed; who sends need not wait for the next wake-up',
};

const checkRequest = z.object({
  clientAddress: z.string().max(64),
  helo: z.string().max(1000),
  reversePath: z.string().max(400),
  recipient: z.string().max(400).nullable(),
  /** SPF lets the client send for the envelope's sender (RFC 7208); left out: nobody has asked. */
  isPermitted: z.boolean().optional(),
});
export type CheckRequest = z.infer<typeof checkRequest>;

const checkReply = z.object({
  result: z.enum(['accept', 'defer', 'reject']),
  /** RFC 3463, e.g. 5.7.1; only with defer and reject */
  enhanced: z.string().optional(),
  /** What the client is told; one line of printable text. */
  text: z.string().max(400).optional(),
  /** The black list that the client is refused for. */
  zone: z.string().max(253).optional(),
  /** It might be accepted if SPF lets the client send for the envelope's sender: ask again when that is known. */
  asksSpf: z.boolean().optional(),
});
export type CheckReply = z.infer<typeof checkReply>;

/** `check.<filter>`: a dialogue filter's verdict. */
export function check(filter: DialogueFilter): Question<CheckRequest, CheckReply> {
  return {
    name: `check.${filter}`,
    queueGroup: `filter-${filter}`,
    request: checkRequest,
    reply: checkReply,
    purpose: `the verdict of ${filter} during the SMTP dialogue`,
  };
}

/** All subjects, for the generated reference and for the access lists. */
export const allSubjects: Subject<never>[] = [
  stepSubject('antivirus'),
  stepSubject('dkim'),
  stepSubject('dlp'),
  stepSubject('deliver'),
  mailRefused,
  mailDeferred,
  mailBounced,
  mailHeld,
  authFailed,
  settingsChanged,
  directoryChanged,
  administratorChanged,
  listsChanged,
  dnsblChanged,
  guardChanged,
  routesChanged,
  hooksChanged,
  taskChanged,
  settingsApplied,
  mailboxChanged('*'),
  queueDue,
] as unknown as Subject<never>[];
