// Writing what became of recipients: the one place where an outcome turns into rows, notices and hints.
//
// Everything an outcome causes goes into the transaction that holds the mail: the recipient's end and trace, the
// notice that is owed to its sender, the next attempt. Nothing here touches a volume. Hints on the bus follow the commit.
import {
  mailBounced,
  mailDeferred,
  type MailFact,
  mailHeld,
  queueDue,
  type Step,
  type Subject,
} from '@pochtar/bus';
import type { DsnAction } from '@pochtar/mail';
import type { Queryable } from '@pochtar/store/db';
import {
  type Deferral,
  deferRecipients,
  type EndedRecipient,
  endRecipients,
  type Ending,
  type MailInHand,
  type NoticeRecipient,
  type QueuedRecipient,
} from '@pochtar/store/queue';
import type { Failure } from './failure.ts';
import { oweNotice } from './notice.ts';
import { isNoticeWanted } from './notice-wanted.ts';
import { attemptTime, expiresAt, nextAttempt } from './retry-schedule.ts';
import type { Tools } from './tools.ts';

interface At {
  address: string;
  /** How it went there, where that is not what everybody expects: a route. */
  way?: string;
}
export type Outcome =
  | (At & { kind: 'delivered' /** Mailboxes that rules have named. */; into?: readonly string[] })
  | (At & { kind: 'relayed'; remoteMta: string; reply: string; security: string; isDsnPassedOn: boolean })
  | (At & { kind: 'expanded'; targets: readonly string[]; isList: boolean })
  | (At & Failure & { kind: 'failed' })
  | (At & Failure & { kind: 'deferred' })
  | (At & { kind: 'discarded' | 'redirected'; reason: string });

export interface SettleOptions {
  now: Date;
  /** The content was refused: it does not go back to the sender. */
  isHeaderOnly?: boolean;
  /** Nobody is told: not even a row could be written that says so. */
  isSilent?: boolean;
  /** The attempts were counted when they were claimed. */
  isClaimed?: boolean;
}

/** What is left to do when the transaction has been committed. */
export class Aftermath {
  readonly steps: { step: Step; mail: string }[] = [];
  readonly facts: { subject: Subject<MailFact>; fact: MailFact }[] = [];
  isQueueDue = false;
  isNoticeOwed = false;

  /** Only hints: whatever is not heard is found in the rows. */
  announce({ bus }: Pick<Tools, 'bus'>): void {
    for (const { subject, fact } of this.facts) bus.emit(subject, fact);
    if (this.isQueueDue || this.isNoticeOwed) bus.emit(queueDue, {});
    for (const { step, mail } of this.steps) void bus.announceStep(step, mail);
  }

  note(subject: Subject<MailFact>, mail: string, recipient: string | null, reason: string): void {
    const fact: MailFact = { mail, reason: reason.slice(0, 1000) };
    this.facts.push({ subject, fact: recipient === null ? fact : { ...fact, recipient } });
  }

  held(mail: string, reason: string): void {
    this.note(mailHeld, mail, null, reason);
  }
}

/**
 * Settles outcomes of a locked mail. Outcomes of recipients it no longer has are passed over. True when the mail
 * has left the queue.
 */
export async function settle(
  tools: Tools,
  tx: Queryable,
  mail: MailInHand,
  outcomes: readonly Outcome[],
  options: SettleOptions,
  after: Aftermath,
): Promise<boolean> {
  const recipients = new Map(mail.recipients.map((recipient) => [recipient.address, recipient]));
  const known = outcomes.flatMap((outcome) => {
    const recipient = recipients.get(outcome.address);
    return recipient === undefined
      ? []
      : [{ recipient, outcome: inTime(mail, recipient, outcome, tools, options) }];
  });
  if (options.isSilent !== true) await oweNotices(tx, mail, known, options, after);
  await deferRecipients(
    tx,
    mail.id,
    known.flatMap(({ recipient, outcome }) => deferral(mail, recipient, outcome, tools, options)),
  );
  for (const { outcome } of known) {
    tools.metrics.settled.add(1, { outcome: outcome.kind });
    if (outcome.kind === 'failed') after.note(mailBounced, mail.id, outcome.address, describe(outcome));
    if (outcome.kind === 'deferred') {
      tools.deferred.add(mail.accountId, outcome.address);
      after.note(mailDeferred, mail.id, outcome.address, describe(outcome));
    }
  }
  const ended = known.flatMap(({ outcome }) => endOf(outcome));
  return ended.length > 0 && (await endRecipients(tx, mail.id, ended));
}

type Known = { recipient: QueuedRecipient; outcome: Outcome };

/** RFC 5321 §4.5.4.1: a recipient that is not delivered within the lifetime is given up. */
function inTime(
  mail: MailInHand,
  recipient: QueuedRecipient,
  outcome: Outcome,
  tools: Tools,
  { now }: SettleOptions,
): Outcome {
  if (outcome.kind !== 'deferred' || now < expiresAt(mail.acceptedAt, tools.settings.current('queue')))
    return outcome;
  const lastly = outcome.diagnostic || recipient.lastReply || 'no reply';
  // RFC 3463 §3.3, §3.5: a mailbox that stayed full is 5.2.2, all else 5.4.7, delivery time expired.
  const status = outcome.status === '4.2.2' ? '5.2.2' : '5.4.7';
  return { ...outcome, kind: 'failed', status, diagnostic: lastly };
}

function deferral(
  mail: MailInHand,
  recipient: QueuedRecipient,
  outcome: Outcome,
  tools: Tools,
  { now, isClaimed = false }: SettleOptions,
): Deferral[] {
  if (outcome.kind !== 'deferred') return [];
  const queue = tools.settings.current('queue');
  const madeAt = isClaimed ? (recipient.lastAttemptAt ?? now) : now;
  const attemptedAt = attemptTime(madeAt, recipient.plannedAt, queue);
  const reply = describe(outcome);
  const attempts = recipient.attempt + (isClaimed ? 0 : 1);
  const dueAt = nextAttempt(mail.acceptedAt, attemptedAt, queue, { attempts, reply });
  return [{ address: outcome.address, dueAt, attemptedAt, reply, isCounted: isClaimed }];
}

/** One notice of each kind that is wanted by some recipients, for all of them together. */
async function oweNotices(
  tx: Queryable,
  mail: MailInHand,
  known: readonly Known[],
  { now, isHeaderOnly = false }: SettleOptions,
  after: Aftermath,
): Promise<void> {
  const told = new Map<DsnAction, NoticeRecipient[]>();
  for (const { recipient, outcome } of known) {
    const notice = noticeOf(recipient, outcome, now);
    if (notice === null || !isNoticeWanted(notice.kind, mail.reversePath, recipient.notify)) continue;
    told.set(notice.kind, [...(told.get(notice.kind) ?? []), notice.recipient]);
  }
  for (const [kind, recipients] of told) await oweNotice(tx, mail, { kind, recipients, isHeaderOnly }, after);
}

function noticeOf(
  recipient: QueuedRecipient,
  outcome: Outcome,
  now: Date,
): { kind: DsnAction; recipient: NoticeRecipient } | null {
  const { address, originalRecipient, expandedFrom } = recipient;
  const base = { address, originalRecipient, expandedFrom };
  switch (outcome.kind) {
    case 'delivered':
      // RFC 3463 §3.2: destination address valid.
      return { kind: 'delivered', recipient: { ...base, status: '2.1.5' } };
    case 'relayed': {
      // RFC 3461 §5.2.2: a server that takes DSN parameters answers for itself; one that does not is told of.
      if (outcome.isDsnPassedOn) return null;
      const { remoteMta, reply: diagnostic } = outcome;
      // RFC 3886 §3.3.4: relayed to a system that does not speak our notifications.
      return {
        kind: 'relayed',
        recipient: { ...base, status: '2.1.9', remoteMta, diagnostic, lastAttempt: now },
      };
    }
    case 'expanded':
      return outcome.isList ? { kind: 'expanded', recipient: { ...base, status: '2.1.5' } } : null;
    case 'failed': {
      const { status, diagnostic, remoteMta = null } = outcome;
      return { kind: 'failed', recipient: { ...base, status, diagnostic, remoteMta, lastAttempt: now } };
    }
    case 'deferred':
    case 'discarded':
    case 'redirected':
      return null;
  }
}

const ENDINGS: Readonly<Record<Exclude<Outcome['kind'], 'deferred'>, Ending>> = {
  delivered: 'delivered',
  relayed: 'relayed',
  expanded: 'expanded',
  failed: 'bounced',
  discarded: 'discarded',
  redirected: 'redirected',
};

function endOf(outcome: Outcome): EndedRecipient[] {
  if (outcome.kind === 'deferred') return [];
  return [{ address: outcome.address, outcome: ENDINGS[outcome.kind], detail: describe(outcome) }];
}

/** What the trace says. */
function describe(outcome: Outcome): string {
  const said = saidOf(outcome);
  const { way } = outcome;
  // What is given up tells the last reply again.
  return way === undefined || said.endsWith(way) ? said : `${said}, ${way}`;
}

function saidOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'delivered':
      return outcome.into?.join(', ') ?? '';
    case 'relayed':
      return `${outcome.remoteMta}: ${outcome.reply} (${outcome.security})`;
    case 'expanded':
      return outcome.targets.join(', ');
    case 'failed':
    case 'deferred':
      return describeFailure(outcome);
    case 'discarded':
    case 'redirected':
      return outcome.reason;
  }
}

export function describeFailure({ remoteMta, diagnostic, status }: Failure): string {
  const said = remoteMta ? `${remoteMta}: ${diagnostic}` : diagnostic;
  return said.startsWith(status) ? said : `${status} ${said}`;
}
