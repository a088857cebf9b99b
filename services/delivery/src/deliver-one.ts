// One mail that plain delivery left: verdicts with consequences, aliases, wishes of the sender, full or busy
// mailboxes. Every stage is a transaction that begins by locking the mail and looks at the rows anew, so that
// whoever stops in between leaves nothing undone: the step stays 'deliver' until the last stage.
import type { Queryable } from '@pochtar/store/db';
import {
  appendLocal,
  type ChangedMailbox,
  combinedEdits,
  endRecipients,
  keepMail,
  localObstacles,
  lockMail,
  type MailInHand,
  moveMail,
  type Obstacle,
  type QueuedRecipient,
  targetOf,
  unrouteRecipients,
} from '@pochtar/store/queue';
import type { Failure } from './failure.ts';
import { judge } from './judge.ts';
import { notifyMailboxes } from './notify-mailboxes.ts';
import { oweNotice } from './notice.ts';
import { applyRules, rulesOf } from './rules/apply-rules.ts';
import { isNoticeWanted } from './notice-wanted.ts';
import { Aftermath, type Outcome, settle } from './settle.ts';
import type { Tools } from './tools.ts';

/** Rounds of locked mailboxes; then the mail comes again later. */
const MAX_ROUNDS = 3;

/** The mail could not be finished now; its event must come again. */
export class StillBusy extends Error {
  override name = 'StillBusy';
}

/** Does everything that can be done for the mail now. Throws what is unexpected, and `StillBusy`. */
export async function deliverOne(tools: Tools, id: string): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (!(await inTransaction(tools, (tx, after) => judge(tools, tx, id, after)))) return;
    // The first round passes over mailboxes that others have locked, the next ones wait for them.
    await appendAll(tools, id, round === 0 ? 'skip' : 'wait');
    if (await inTransaction(tools, (tx, after) => finish(tools, tx, id, after))) return;
  }
  throw new StillBusy(`mailboxes of ${id} are busy`);
}

async function inTransaction<T>(
  tools: Tools,
  work: (tx: Queryable, after: Aftermath) => Promise<T>,
): Promise<T> {
  const after = new Aftermath();
  const result = await tools.db.transaction((tx) => work(tx, after));
  // Hints follow the commit.
  after.announce(tools);
  return result;
}

/** Local recipients that are not waiting for their next attempt. */
function readyLocals(mail: MailInHand): QueuedRecipient[] {
  return mail.recipients.filter(({ route, dueAt }) => route === 'local' && dueAt === null);
}

/** Appends to every INBOX that can take the mail, and ends those recipients in the same transaction. */
async function appendAll(tools: Tools, id: string, locked: 'skip' | 'wait'): Promise<void> {
  const changed = await inTransaction(tools, async (tx, after): Promise<ChangedMailbox[]> => {
    const mail = await lockActive(tx, id);
    if (mail === null) return [];
    const rules = await rulesOf(tx, readyLocals(mail));
    const plain = await appendPlain(tx, mail, rules.without, locked, after);
    const { outcomes, changed: filed } = await applyRules(
      tools,
      tx,
      { mail, ruled: rules.with, locked },
      after,
    );
    if (outcomes.length > 0) await settle(tools, tx, mail, outcomes, { now: new Date() }, after);
    return [...plain, ...filed];
  });
  notifyMailboxes(tools.bus, changed);
}

async function appendPlain(
  tx: Queryable,
  mail: MailInHand,
  locals: readonly QueuedRecipient[],
  locked: 'skip' | 'wait',
  after: Aftermath,
): Promise<ChangedMailbox[]> {
  if (locals.length === 0) return [];
  const appended = await appendLocal(
    tx,
    {
      contentId: mail.contentId,
      size: mail.size,
      internalDate: mail.acceptedAt,
      accounts: [...new Set(locals.map(({ accountId }) => accountId as number))],
      target: targetOf(mail.slip, mail.verdicts),
    },
    locked,
  );
  const done = new Set(appended.map(({ accountId }) => accountId));
  const delivered = locals.filter(({ accountId }) => done.has(accountId as number));
  // RFC 3461 §5.2.6: the notice of a delivery exists exactly if the delivery does.
  await oweDelivered(tx, mail, delivered, after);
  const ends = delivered.map(({ address }) => ({ address, outcome: 'delivered' as const }));
  if (ends.length > 0) await endRecipients(tx, mail.id, ends);
  return appended;
}

async function lockActive(tx: Queryable, id: string): Promise<MailInHand | null> {
  const mail = await lockMail(tx, id);
  return mail !== null && mail.state === 'active' && mail.step === 'deliver' ? mail : null;
}

async function oweDelivered(
  tx: Queryable,
  mail: MailInHand,
  delivered: readonly QueuedRecipient[],
  after: Aftermath,
): Promise<void> {
  const told = delivered.filter(({ notify }) => isNoticeWanted('delivered', mail.reversePath, notify));
  const recipients = told.map(({ address, originalRecipient, expandedFrom }) => ({
    ...{ address, originalRecipient, expandedFrom },
    // RFC 3463 §3.2: destination address valid.
    status: '2.1.5',
  }));
  await oweNotice(tx, mail, { kind: 'delivered', recipients }, after);
}

/** Settles what stands against the recipients that are left, and moves the mail on. False: come again. */
async function finish(tools: Tools, tx: Queryable, id: string, after: Aftermath): Promise<boolean> {
  const mail = await lockActive(tx, id);
  if (mail === null) return true;
  // Rules have sent it on: the new recipients get their routes in the next round.
  if (mail.recipients.some(({ route }) => route === 'unrouted')) return false;
  const left = readyLocals(mail);
  const obstacles = await obstaclesOf(tx, mail, left);
  const gone = left.filter(({ accountId }) => obstacles.get(accountId as number) === 'gone');
  if (gone.length > 0)
    await unrouteRecipients(
      tx,
      id,
      gone.map(({ address }) => address),
    );
  const outcomes = left.flatMap(({ address, accountId }) =>
    outcomeOf(address, obstacles.get(accountId as number)),
  );
  if (await settle(tools, tx, mail, outcomes, { now: new Date() }, after)) return true;
  if (outcomes.length < left.length) return false;
  const remote = mail.recipients.filter(({ route }) => route === 'remote');
  if (remote.some(({ dueAt }) => dueAt === null)) {
    const edits = combinedEdits(mail.slip, mail.verdicts, null);
    const reason = 'its replaced content would leave for another server, with the original attached';
    await keepMail(tx, id, { filter: edits.kind === 'replace' ? edits.filter : 'antivirus' }, reason);
    after.held(id, reason);
    return true;
  }
  // From here on no event is owed: due_at of its recipients says what comes next.
  await moveMail(tx, id, 'schedule');
  after.isQueueDue = remote.length > 0;
  return true;
}

async function obstaclesOf(
  tx: Queryable,
  mail: MailInHand,
  left: readonly QueuedRecipient[],
): Promise<ReadonlyMap<number, Obstacle>> {
  if (left.length === 0) return new Map();
  const accounts = [...new Set(left.map(({ accountId }) => accountId as number))];
  return localObstacles(tx, accounts, mail.size);
}

function outcomeOf(address: string, obstacle: Obstacle | undefined): Outcome[] {
  const failure = obstacle === undefined ? undefined : FAILURES[obstacle];
  return failure === undefined ? [] : [{ ...failure, address }];
}

const FAILURES: Readonly<Partial<Record<Obstacle, Failure & { kind: 'failed' | 'deferred' }>>> = {
  // RFC 3463 §3.3: mailbox disabled, not accepting messages.
  disabled: { kind: 'failed', status: '5.2.1', diagnostic: 'the mailbox is disabled' },
  // RFC 3463 §3.3: mailbox full. It may be emptied: tried again by the schedule.
  full: { kind: 'deferred', status: '4.2.2', diagnostic: 'the mailbox is full' },
  'no mailbox': { kind: 'deferred', status: '4.2.0', diagnostic: 'the account has no INBOX' },
};
