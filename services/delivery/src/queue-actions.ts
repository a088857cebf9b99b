// What a person does with a locked mail of the queue: retry, hold, release, delete, return, redirect.
//
// A person whose scope has only some of the recipients acts on those; what concerns the whole mail (holding it,
// letting it go) is then not done. A release is of the one who holds: it overrules the verdict of that filter only.
import { type ContentFilter, nextStep, type Step } from '@pochtar/bus';
import type { Address } from '@pochtar/mail';
import type { Queryable } from '@pochtar/store/db';
import {
  addRecipients,
  derivedId,
  keepMail,
  type MailInHand,
  moveMail,
  passUnseen,
  type QueuedRecipient,
  resumeMail,
  retryRecipients,
  splitMail,
  unrouteRecipients,
} from '@pochtar/store/queue';
import { recipientAddress } from './recipient-address.ts';
import { type Aftermath, type Outcome, settle } from './settle.ts';
import type { Tools } from './tools.ts';

export interface Change {
  tools: Tools;
  tx: Queryable;
  mail: MailInHand;
  /** Every recipient is meant, and within the person's scope. */
  isWhole: boolean;
  /** The recipients that are; at least one. */
  within: readonly QueuedRecipient[];
  author: string;
  after: Aftermath;
}

/**
 * Does it to a locked mail. false: not in a state in which it can be done; `shared`: it concerns the whole mail, and
 * others have recipients of it too; `approval`: somebody has to say why.
 */
export type Action = (change: Change) => Promise<boolean | 'shared' | 'approval'>;

/** The step a mail goes on at: local recipients that wait are delivered anew. */
function stepAgain({ step, recipients }: MailInHand): string {
  return step === 'schedule' && recipients.some(({ route }) => route !== 'remote') ? 'deliver' : step;
}

/** The filter that a release overrules: the one that holds, and no other. Who else holds is overruled by nothing. */
function overruled({ heldBy, heldFilter }: MailInHand): string | null {
  return heldBy === 'filter' ? heldFilter : null;
}

async function goOn({ tx, mail, after }: Change, step: string): Promise<void> {
  await resumeMail(tx, mail.id, step, overruled(mail));
  if (step !== 'schedule') after.steps.push({ step: step as Step, mail: mail.id });
  after.isQueueDue = mail.recipients.some(({ route }) => route === 'remote');
}

export const retry: Action = async (change) => {
  const { tx, mail, isWhole, within, after } = change;
  if (mail.state === 'held') return false;
  if (isWhole) {
    await goOn(change, stepAgain(mail));
    return true;
  }
  const addresses = within.map(({ address }) => address);
  const isTried = await retryRecipients(tx, mail.id, addresses);
  after.isQueueDue = isTried;
  return isTried;
};

export const hold: Action = async ({ tx, mail, isWhole, author, after }) => {
  if (mail.state === 'held') return false;
  if (!isWhole) return 'shared';
  await keepMail(tx, mail.id, 'person', `held by ${author}`);
  after.held(mail.id, `held by ${author}`);
  return true;
};

/** Past a filter that has not looked, because a person says so; at another step there is nothing to let pass. */
export function releaseUnscanned(filter: string): Action {
  return async function releaseUnseen({ tx, mail, isWhole, author, after }) {
    if (mail.step !== filter || mail.state === 'active') return false;
    if (!isWhole) return 'shared';
    const next = nextStep(mail.slip, filter as ContentFilter);
    const why = mail.reason === null ? '' : `: ${mail.reason}`;
    await passUnseen(tx, mail, { filter, next, reason: `not looked at, let go by ${author}${why}` });
    after.steps.push({ step: next, mail: mail.id });
    return true;
  };
}

export const release: Action = async (change) => {
  const { mail, isWhole } = change;
  if (mail.state !== 'held') return false;
  if (!isWhole) return 'shared';
  await goOn(change, stepAgain(mail));
  return true;
};

/**
 * For some of its recipients: they go on as a mail of their own, and the others' stays held. Not while one of them is being
 * sent, since whoever sends it knows it by its mail.
 */
async function releaseApart({ tools, tx, mail, within, after }: Change): Promise<boolean> {
  if (mail.content === null || within.some(({ leaseOwner }) => leaseOwner !== null)) return false;
  const addresses = within.map(({ address }) => address);
  const id = derivedId(mail.id, addresses, 'released');
  const verdicts = mail.verdicts.filter(({ recipient }) => recipient === '');
  await splitMail(tx, mail, id, { addresses, verdicts });
  // Its content is made of its verdicts again, which is what delivery does first.
  const step = mail.step === 'schedule' ? 'deliver' : mail.step;
  await resumeMail(tx, id, step, overruled(mail));
  after.steps.push({ step: step as Step, mail: id });
  tools.log.info({ mail: mail.id, as: id, recipients: addresses.length }, 'recipients are let go apart');
  return true;
}

/** What data loss prevention holds goes on by an approval, which says why, and in no other way. */
export function unlessForApproval(action: Action): Action {
  const checked: Action = async (change) => {
    const isForApproval = change.mail.state === 'held' && overruled(change.mail) === 'dlp';
    return isForApproval ? 'approval' : action(change);
  };
  // The log names it.
  return Object.defineProperty(checked, 'name', { value: action.name });
}

/** Lets a mail go for the recipients that are meant, whoever else has it. */
export const releaseWithin: Action = async (change) => {
  if (change.mail.state !== 'held') return false;
  return change.isWhole ? release(change) : releaseApart(change);
};

export const remove: Action = async ({ tools, tx, mail, within, author, after }) => {
  const outcomes = within.map(
    ({ address }): Outcome => ({ kind: 'discarded', address, reason: `deleted by ${author}` }),
  );
  await settle(tools, tx, mail, outcomes, { now: new Date() }, after);
  return true;
};

export const giveUp: Action = async ({ tools, tx, mail, within, after }) => {
  // RFC 3463 §3.8: delivery not authorised, message refused.
  const failure = { kind: 'failed', status: '5.7.1', diagnostic: 'returned by the administrator' } as const;
  const outcomes = within.map(({ address }): Outcome => ({ ...failure, address }));
  // What was held does not go back with its content, whoever holds it.
  await settle(tools, tx, mail, outcomes, { now: new Date(), isHeaderOnly: mail.state === 'held' }, after);
  return true;
};

export function redirect(target: Address): Action {
  return async function redirectMail(change) {
    const { tools, tx, mail, isWhole, within, author, after } = change;
    // Sending it elsewhere lets the mail go.
    if (mail.state === 'held' && !isWhole) return 'shared';
    const { address: to } = await recipientAddress(tx, target);
    const isThere = mail.recipients.some(({ address }) => address === to);
    const isWithin = within.some(({ address }) => address === to);
    if (isWithin) await unrouteRecipients(tx, mail.id, [to]);
    else if (!isThere) {
      const expandedFrom = within[0]?.address ?? null;
      await addRecipients(tx, mail.id, [
        { address: to, originalRecipient: null, notify: null, expandedFrom },
      ]);
    }
    const outcomes = within.flatMap(({ address }): Outcome[] =>
      address === to ? [] : [{ kind: 'redirected', address, reason: `to ${to} by ${author}` }],
    );
    await settle(tools, tx, mail, outcomes, { now: new Date() }, after);
    // No scan, no pass: a mail that still is at a filter stays there first.
    const step = mail.step === 'schedule' ? 'deliver' : mail.step;
    if (isWhole) await goOn(change, step);
    else if (mail.step === 'schedule') {
      await moveMail(tx, mail.id, 'deliver');
      after.steps.push({ step: 'deliver', mail: mail.id });
    }
    return true;
  };
}
