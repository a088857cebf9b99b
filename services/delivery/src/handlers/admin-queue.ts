// admin.queue.*: what a person sees of the queue and does with it. Every change is one transaction a mail, begun
// by locking it, so that it never meets delivery half-way.
import {
  adminQueue,
  type AdminReply,
  type Asker,
  answerAdmin,
  done,
  type QueuedMail,
  type QueueOutcome,
  refused,
  type Step,
} from '@pochtar/bus';
import { type Address, decodeWords, parseAddress, parseHeaderFields } from '@pochtar/mail';
import type { Queryable } from '@pochtar/store/db';
import {
  addRecipients,
  keepMail,
  type ListedMail,
  listQueue,
  lockMail,
  type MailInHand,
  resumeMail,
  showQueued,
  unrouteRecipients,
  verdictsOf,
  visibleMails,
} from '@pochtar/store/queue';
import type { QueueRunner } from '../queue-runner.ts';
import { Aftermath, type Outcome, settle } from '../settle.ts';
import { recipientAddress } from '../recipient-address.ts';
import type { Tools } from '../tools.ts';

export function answerQueue(tools: Tools, runner: QueueRunner): AsyncDisposable {
  const { bus } = tools;
  const change = (action: Action) => (request: { mails: string[] }, asker: Asker) =>
    forEach(tools, request.mails, asker, action);
  const answers = [
    answerAdmin(bus, adminQueue.list, async (request, { scope }) => {
      const { mails, total } = await listQueue(tools.db, scope, request);
      const next = mails.length < request.limit ? null : (mails.at(-1)?.id ?? null);
      return done({ mails: mails.map(queuedMail), total, next });
    }),
    answerAdmin(bus, adminQueue.show, ({ mail }, { scope }) => show(tools, mail, scope)),
    answerAdmin(bus, adminQueue.retry, async (request, asker) => {
      const reply = await change(retry)(request, asker);
      runner.forgetUnreachable();
      return reply;
    }),
    answerAdmin(bus, adminQueue.hold, change(hold)),
    answerAdmin(bus, adminQueue.release, change(release)),
    answerAdmin(bus, adminQueue.delete, change(remove)),
    answerAdmin(bus, adminQueue.return, change(giveUp)),
    answerAdmin(bus, adminQueue.redirect, (request, asker) => {
      const to = parseAddress(request.to.trim());
      if (to === null) {
        return Promise.resolve(
          refused(
            'invalid',
            'to',
            `to: «${request.to}» не адрес: укажите адрес вида user@example.org`,
            `to: "${request.to}" is no address: give one like user@example.org`,
          ),
        );
      }
      return change(redirect(to))(request, asker);
    }),
  ];
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(answers.map((answer) => answer.stop()));
    },
  };
}

/** Does it to a locked mail; false: not in a state in which it can be done. */
type Action = (change: {
  tools: Tools;
  tx: Queryable;
  mail: MailInHand;
  author: string;
  after: Aftermath;
}) => Promise<boolean>;

async function forEach(
  tools: Tools,
  mails: readonly string[],
  { author, scope }: Asker,
  action: Action,
): Promise<AdminReply<QueueOutcome>> {
  const visible = await visibleMails(tools.db, scope, mails);
  const outcome: QueueOutcome = { done: [], skipped: [] };
  for (const id of new Set(mails)) {
    const isDone = visible.has(id) && (await changeOne(tools, id, author, action));
    outcome[isDone ? 'done' : 'skipped'].push(id);
  }
  tools.log.info({ author, action: action.name, mails: outcome.done }, 'the queue was changed by hand');
  return done(outcome);
}

async function changeOne(tools: Tools, id: string, author: string, action: Action): Promise<boolean> {
  const after = new Aftermath();
  const isDone = await tools.db.transaction(async (tx) => {
    const mail = await lockMail(tx, id);
    return mail !== null && action({ tools, tx, mail, author, after });
  });
  if (isDone) after.announce(tools);
  return isDone;
}

/** The step a mail goes on at: local recipients that wait are delivered anew. */
function stepAgain({ step, recipients }: MailInHand): string {
  return step === 'schedule' && recipients.some(({ route }) => route !== 'remote') ? 'deliver' : step;
}

/** The filter that a release overrules: the one that holds, and no other. Who else holds is overruled by nothing. */
function heldFilter({ heldBy, heldFilter: filter }: MailInHand): string | null {
  return heldBy === 'filter' ? filter : null;
}

function goOn(mail: MailInHand, step: string, after: Aftermath): void {
  if (step !== 'schedule') after.steps.push({ step: step as Step, mail: mail.id });
  after.isQueueDue = mail.recipients.some(({ route }) => route === 'remote');
}

const retry: Action = async ({ tx, mail, after }) => {
  if (mail.state === 'held') return false;
  const step = stepAgain(mail);
  await resumeMail(tx, mail.id, step, null);
  goOn(mail, step, after);
  return true;
};

const hold: Action = async ({ tx, mail, author, after }) => {
  if (mail.state === 'held') return false;
  await keepMail(tx, mail.id, 'person', `held by ${author}`);
  after.held(mail.id, `held by ${author}`);
  return true;
};

const release: Action = async ({ tx, mail, after }) => {
  if (mail.state !== 'held') return false;
  const step = stepAgain(mail);
  await resumeMail(tx, mail.id, step, heldFilter(mail));
  goOn(mail, step, after);
  return true;
};

const remove: Action = async ({ tools, tx, mail, author, after }) => {
  const outcomes = mail.recipients.map(
    ({ address }): Outcome => ({ kind: 'discarded', address, reason: `deleted by ${author}` }),
  );
  await settle(tools, tx, mail, outcomes, { now: new Date() }, after);
  return true;
};

const giveUp: Action = async ({ tools, tx, mail, after }) => {
  // RFC 3463 §3.8: delivery not authorised, message refused.
  const failure = { kind: 'failed', status: '5.7.1', diagnostic: 'returned by the administrator' } as const;
  const outcomes = mail.recipients.map(({ address }): Outcome => ({ ...failure, address }));
  // What was held for its content does not go back with it.
  await settle(tools, tx, mail, outcomes, { now: new Date(), isHeaderOnly: mail.state === 'held' }, after);
  return true;
};

const redirect =
  (target: Address): Action =>
  async ({ tools, tx, mail, author, after }) => {
    const { address: to } = await recipientAddress(tx, target);
    const [first] = mail.recipients;
    const isThere = mail.recipients.some(({ address }) => address === to);
    if (isThere) await unrouteRecipients(tx, mail.id, [to]);
    else {
      const added = {
        address: to,
        originalRecipient: null,
        notify: null,
        expandedFrom: first?.address ?? null,
      };
      await addRecipients(tx, mail.id, [added]);
    }
    const outcomes = mail.recipients.flatMap(({ address }): Outcome[] =>
      address === to ? [] : [{ kind: 'redirected', address, reason: `to ${to} by ${author}` }],
    );
    await settle(tools, tx, mail, outcomes, { now: new Date() }, after);
    // No scan, no pass: a mail that still is at a filter stays there first.
    const step = mail.step === 'schedule' ? 'deliver' : mail.step;
    await resumeMail(tx, mail.id, step, heldFilter(mail));
    after.steps.push({ step: step as Step, mail: mail.id });
    return true;
  };

async function show(tools: Tools, id: string, scope: Asker['scope']): ReturnType<typeof showReply> {
  const mail = await showQueued(tools.db, scope, id);
  if (mail === null) {
    return refused(
      'notFound',
      'mail',
      'такого письма в очереди нет: обновите список',
      'there is no such mail in the queue: reload the list',
    );
  }
  return showReply(tools, mail);
}

async function showReply(tools: Tools, mail: ListedMail): Promise<AdminReply<ShownMail>> {
  const verdicts = await verdictsOf(tools.db, mail.id);
  return done({
    mail: queuedMail(mail),
    clientAddress: mail.clientAddress,
    helo: mail.helo,
    subject: subjectOf(mail.header),
    slip: mail.slip,
    verdicts: verdicts.map((verdict) => ({ ...verdict, at: verdict.at.toISOString() })),
  });
}

interface ShownMail {
  mail: QueuedMail;
  clientAddress: string | null;
  helo: string;
  subject: string;
  slip: string[];
  verdicts: { filter: string; result: string; reason: string; at: string }[];
}

const MAX_SUBJECT = 500;

function subjectOf(header: Buffer | null): string {
  const field = header && parseHeaderFields(header).find(({ lower }) => lower === 'subject');
  return field ? decodeWords(field.value).slice(0, MAX_SUBJECT).toWellFormed() : '';
}

/** As people are shown it. */
export function queuedMail(mail: ListedMail): QueuedMail {
  const { id, acceptedAt, reversePath, origin, size, state, step, dueAt, reason, recipientCount } = mail;
  const time = (at: string | null): string | null => (at === null ? null : new Date(at).toISOString());
  return {
    ...{ mail: id, reversePath, origin, size, state, step, reason, recipientCount },
    acceptedAt: acceptedAt.toISOString(),
    dueAt: dueAt?.toISOString() ?? null,
    recipients: mail.recipients.map((recipient) => ({
      ...recipient,
      dueAt: time(recipient.dueAt),
      lastAttemptAt: time(recipient.lastAttemptAt),
    })),
  };
}
