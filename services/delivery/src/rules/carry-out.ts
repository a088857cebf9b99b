// What the rules of a local recipient make of a mail, written in the transaction that holds it: copies in mailboxes, recipients
// that the mail is sent on to, the answer to its sender, what is remembered. The recipient ends by the outcome that comes back.
import { createHash } from 'node:crypto';
import {
  addressKey,
  addressOfKey,
  answeredId,
  answerSubject,
  formatAddress,
  listedAddresses,
  parseAddress,
  parseHeaderFields,
  unanswerable,
} from '@pochtar/mail';
import type { Action, SieveResult } from '@pochtar/sieve';
import { personOf } from '@pochtar/store/directory';
import type { Queryable } from '@pochtar/store/db';
import {
  addRecipients,
  type ChangedMailbox,
  derivedId,
  fileLocal,
  type FiledCopy,
  insertOwedNotice,
  type MailInHand,
  type OwnersNotice,
  passedRecipients,
  type QueuedRecipient,
  targetOf,
} from '@pochtar/store/queue';
import { type ActiveScript, remember, rememberFirst } from '@pochtar/store/rules';
import { FLAG } from '@pochtar/store/mailbox';
import type { Aftermath, Outcome } from '../settle.ts';
import { versionOf } from './content-version.ts';
import { failsDmarc, isProven } from './proven-sender.ts';
import type { RuledMail } from './run-script.ts';
import { seenKey } from './run-script.ts';

/** One recipient whose account has rules. */
export interface Ruled {
  recipient: QueuedRecipient;
  active: ActiveScript;
}

export interface Carried {
  outcome: Outcome;
  changed: ChangedMailbox[];
}

export interface RuleTask {
  mail: MailInHand;
  delivered: RuledMail;
  ruled: Ruled;
  locked: 'skip' | 'wait';
}

/** Null: its mailboxes take nothing now, and nothing was done. */
export async function carryOutRules(
  tx: Queryable,
  task: RuleTask,
  result: SieveResult,
  after: Aftermath,
): Promise<Carried | null> {
  const { mail, ruled } = task;
  const { accountId } = ruled.active;
  const refusal = result.actions.find((action) => action.kind === 'reject');
  const sentOn = await redirect(tx, task, result.actions);
  const wished = result.actions.filter((action) => action.kind === 'keep' || action.kind === 'fileinto');
  // What all went to addresses that had the mail before would be nowhere.
  const isStranded = wished.length === 0 && sentOn.skipped > 0 && sentOn.added.length === 0;
  const copies = isStranded ? [{ kind: 'keep', flags: [], edits: null } as const] : wished;
  const filed =
    copies.length === 0
      ? null
      : await fileLocal(
          tx,
          {
            accountId,
            internalDate: mail.acceptedAt,
            copies: await copiesOf(tx, task, copies),
          },
          task.locked,
        );
  if (copies.length > 0 && filed === null) return null;
  await remember(
    tx,
    accountId,
    result.marks.map(({ id, seconds }) => ({ key: seenKey(id), seconds })),
  );
  await answer(tx, task, result.actions, after);
  if (result.error !== null) await tellOwner(tx, task, result.error, after);
  await addRecipients(tx, mail.id, sentOn.added);
  const outcome = outcomeOf(ruled.recipient.address, { filed, sentOn, mail, reason: refusal?.reason });
  return { outcome, changed: filed?.changed ?? [] };
}

interface SentOn {
  added: Parameters<typeof addRecipients>[2];
  /** Addresses that this mail was at before. */
  skipped: number;
}

async function redirect(
  tx: Queryable,
  { mail, ruled }: RuleTask,
  actions: readonly Action[],
): Promise<SentOn> {
  const keys = actions.flatMap((action) => (action.kind === 'redirect' ? redirectKey(action.address) : []));
  if (keys.length === 0) return { added: [], skipped: 0 };
  const passed = await passedRecipients(tx, mail.id, keys);
  const fresh = keys.filter((key) => key !== ruled.recipient.address && !passed.has(key));
  const { notify } = ruled.recipient;
  const added = fresh.map((address) => ({
    // RFC 3461 §5.2.7.3: who is sent on to is not asked for success.
    ...{ address, originalRecipient: null, notify: notify === 'NEVER' ? notify : null },
    expandedFrom: ruled.recipient.address,
  }));
  return { added, skipped: keys.length - fresh.length };
}

function redirectKey(text: string): string[] {
  const address = parseAddress(text);
  return address === null ? [] : [addressKey(address)];
}

const BITS: Readonly<Record<string, number>> = {
  '\\Seen': FLAG.seen,
  '\\Answered': FLAG.answered,
  '\\Flagged': FLAG.flagged,
  '\\Deleted': FLAG.deleted,
  '\\Draft': FLAG.draft,
};

async function copiesOf(
  tx: Queryable,
  { mail, delivered, ruled }: RuleTask,
  actions: readonly Extract<Action, { kind: 'keep' | 'fileinto' }>[],
): Promise<FiledCopy[]> {
  const target = targetOf(mail.slip, mail.verdicts);
  const copies: FiledCopy[] = [];
  for (const [index, action] of actions.entries()) {
    const { flags, edits } = action;
    const id = derivedId(mail.id, [ruled.recipient.address], `rules ${mail.generation} ${index}`);
    const content =
      edits === null
        ? { contentId: mail.contentId, size: mail.size }
        : await versionOf(tx, { mail, delivered, id, edits });
    copies.push({
      wishes: action.kind === 'keep' ? [target ?? 'INBOX'] : wishesOf(action),
      create: action.kind === 'fileinto' && action.create,
      flags: flags.reduce((bits, flag) => bits | (BITS[flag] ?? 0), 0),
      keywords: flags.filter((flag) => !flag.startsWith('\\')),
      ...content,
    });
  }
  return copies;
}

// RFC 8579 §4.1: a mailbox with the special use comes before the one that is named.
function wishesOf({ specialUse, mailbox }: Extract<Action, { kind: 'fileinto' }>): string[] {
  return specialUse === null ? [mailbox] : [specialUse, mailbox];
}

interface Done {
  filed: { names: string[] } | null;
  sentOn: SentOn;
  mail: MailInHand;
  reason: string | undefined;
}

function outcomeOf(address: string, { filed, sentOn, mail, reason }: Done): Outcome {
  if (filed !== null) return { kind: 'delivered', address, into: filed.names };
  if (sentOn.added.length > 0) {
    return {
      kind: 'redirected',
      address,
      reason: `by a rule, to ${sentOn.added.map((one) => one.address).join(', ')}`,
    };
  }
  if (reason === undefined) return { kind: 'discarded', address, reason: 'by a rule of the recipient' };
  // A refusal that went to a sender who is not proven would go to whom it was forged from.
  if (!isProven(mail))
    return { kind: 'discarded', address, reason: `refused by a rule, the sender is not proven: ${reason}` };
  // RFC 3463 §3.8: delivery not authorised; RFC 5429 §2.1.2.
  return { kind: 'failed', address, status: '5.7.1', diagnostic: reason };
}

async function answer(
  tx: Queryable,
  { mail, delivered, ruled }: RuleTask,
  actions: readonly Action[],
  after: Aftermath,
): Promise<void> {
  const absence = actions.find((action) => action.kind === 'vacation');
  const sender = parseAddress(mail.reversePath);
  if (absence === undefined || sender === null) return;
  // What is taken for spam, or bears a forged name, is not answered.
  if (targetOf(mail.slip, mail.verdicts) !== null || failsDmarc(mail)) return;
  const person = await personOf(tx, ruled.active.accountId);
  if (person === null) return;
  const own = [...person.addresses, ruled.recipient.address, ...absence.addresses.flatMap(redirectKey)];
  const fields = parseHeaderFields(delivered.header);
  if (unanswerable(fields, sender, new Set(own)) !== null) return;
  // RFC 5230 §4.2: one answer for one text to one person in that time.
  const told = createHash('sha256')
    .update(JSON.stringify([absence.handle, addressKey(sender)]))
    .digest('base64url');
  const mark = { key: `absence ${told}`, seconds: absence.seconds };
  if (absence.seconds > 0 && !(await rememberFirst(tx, ruled.active.accountId, mark))) return;
  const from = absence.from ?? formatAddress(addressOfKey(person.address));
  const [named] = listedAddresses(from);
  await owe(tx, mail, formatAddress(sender), ruled, after, {
    kind: 'absence',
    from:
      absence.from === null || named?.address === null
        ? `${JSON.stringify(person.displayName)} <${from}>`
        : from,
    subject: absence.subject ?? answerSubject(fields),
    ...{ reason: absence.reason, isMime: absence.isMime, inReplyTo: answeredId(fields) },
  });
}

const DAY_SECONDS = 86_400;

async function tellOwner(
  tx: Queryable,
  { mail, ruled }: RuleTask,
  { message, line, column }: NonNullable<SieveResult['error']>,
  after: Aftermath,
): Promise<void> {
  const { active, recipient } = ruled;
  if (!(await rememberFirst(tx, active.accountId, { key: 'broken', seconds: DAY_SECONDS }))) return;
  const told = { kind: 'brokenRules', script: active.name, line, column, fault: message } as const;
  await owe(tx, mail, formatAddress(addressOfKey(recipient.address)), ruled, after, told);
}

async function owe(
  tx: Queryable,
  mail: MailInHand,
  to: string,
  { recipient }: Ruled,
  after: Aftermath,
  notice: OwnersNotice,
): Promise<void> {
  await insertOwedNotice(tx, {
    id: derivedId(mail.id, [recipient.address], `${notice.kind} ${mail.generation}`),
    ...{ mail: mail.id, kind: notice.kind, contentId: mail.id, isFull: false, isIdentifyingOnly: true },
    ...{ reversePath: to, acceptedAt: mail.acceptedAt, envelopeId: null, recipients: [], answer: notice },
  });
  after.isNoticeOwed = true;
}
