// What a person does with mails that were chosen. It begins by locking them, so that it never meets delivery half-way; one of
// many mails is made in transactions of some each, since a commit costs as much as ten statements, and nobody shall wait
// for all of them.
import { type AdminReply, type Asker, done, type HeldBy, type QueueOutcome, refused } from '@pochtar/bus';
import { holdKinds, lockMails, type MailInHand, reachOf } from '@pochtar/store/queue';
import type { Action, Change } from './queue-actions.ts';
import { Aftermath } from './settle.ts';
import type { Tools } from './tools.ts';

export interface Selection {
  mails: string[];
  /** Of held mails only those that are held so. */
  heldBy?: HeldBy | undefined;
  filter?: string | undefined;
  /** Of their recipients only this one. */
  recipient?: string | undefined;
}

type Answer = (request: Selection, asker: Asker) => Promise<AdminReply<QueueOutcome>>;

/**
 * Refuses mails that are held in several ways while none is named: one act must not let go what nobody looked at. That a
 * filter holds says too little where several do.
 */
export function ofOneKind(tools: Tools, act: Answer): Answer {
  return async (request, asker) => {
    const { heldBy: named, filter: by } = request;
    if (by !== undefined || (named !== undefined && named !== 'filter')) return act(request, asker);
    const kinds = await holdKinds(tools.db, asker.scope, request.mails);
    const meant = kinds.filter(({ heldBy }) => named === undefined || heldBy === named);
    if (meant.length < 2) return act(request, asker);
    const names = meant
      .map(({ heldBy, filter }) => (filter === null ? heldBy : `filter ${filter}`))
      .join(', ');
    if (named !== undefined) {
      return refused(
        'invalid',
        'filter',
        `filter: эти письма задержали разные фильтры (${names}): укажите один`,
        `filter: several filters hold these mails (${names}): name one`,
      );
    }
    return refused(
      'invalid',
      'heldBy',
      `heldBy: эти письма задержаны по-разному (${names}): укажите одно, heldBy или filter`,
      `heldBy: these mails are held in several ways (${names}): name one, heldBy or filter`,
    );
  };
}

/** Whether a mail is held in the way that was named. */
function isMeant(mail: MailInHand, { heldBy, filter }: Selection): boolean {
  if (filter !== undefined) return mail.heldBy === 'filter' && mail.heldFilter === filter;
  return heldBy === undefined || mail.heldBy === heldBy;
}

/** Of one transaction. */
const MAILS_AT_ONCE = 25;

export async function actOnMails(
  tools: Tools,
  selection: Selection,
  asker: Asker,
  action: Action,
): Promise<AdminReply<QueueOutcome>> {
  const outcome: QueueOutcome = { done: [], skipped: [], unknown: [], complaints: [] };
  const mails = [...new Set(selection.mails.map((mail) => mail.toLowerCase()))];
  for (let first = 0; first < mails.length; first += MAILS_AT_ONCE) {
    const some = mails.slice(first, first + MAILS_AT_ONCE);
    for (const [id, result] of await changeSome(tools, some, selection, asker, action)) {
      outcome[result === true ? 'done' : 'skipped'].push(id);
      if (result === 'unknown') outcome.unknown.push(id);
      if (typeof result === 'string' && result !== 'unknown')
        outcome.complaints.push({ mail: id, problem: complaints[result] });
    }
  }
  const { author } = asker;
  tools.log.info({ author, action: action.name, mails: outcome.done }, 'the queue was changed by hand');
  return done(outcome);
}

const complaints = {
  shared: refused(
    'othersRecipients',
    'mails',
    'у письма есть получатели вне ваших доменов, а это действие касается всего письма: попросите администратора сервера',
    'the mail has recipients outside of your domains, and this concerns the whole mail: ask an administrator of the server',
  ).error,
  approval: refused(
    'needsApproval',
    'mails',
    'письмо задержала DLP, и отпустить его без объяснения нельзя: одобрите его в карантине и укажите причину',
    'data loss prevention holds the mail, and it goes nowhere without a reason: approve it in the quarantine and say why',
  ).error,
};

type Changed = boolean | 'shared' | 'approval' | 'unknown';

/** All of them, or none where an error ends it. */
async function changeSome(
  tools: Tools,
  ids: readonly string[],
  selection: Selection,
  asker: Asker,
  action: Action,
): Promise<Map<string, Changed>> {
  const afters: Aftermath[] = [];
  const changed = await tools.db.transaction(async (tx) => {
    const locked = await lockMails(tx, ids);
    const results = new Map<string, Changed>();
    for (const id of ids) {
      const mail = locked.get(id);
      const after = new Aftermath();
      const change = { tools, tx, selection, asker, after };
      const result = mail === undefined ? 'unknown' : await changeOne(mail, change, action);
      if (result === true) afters.push(after);
      results.set(id, result);
    }
    return results;
  });
  for (const after of afters) after.announce(tools);
  return changed;
}

async function changeOne(
  mail: MailInHand,
  {
    selection,
    asker: { author, scope },
    ...change
  }: Pick<Change, 'tools' | 'tx' | 'after'> & { selection: Selection; asker: Asker },
  action: Action,
): Promise<Changed> {
  const reach = await reachOf(change.tx, scope, mail);
  if (reach === null) return 'unknown';
  if (!isMeant(mail, selection)) return false;
  const inScope = mail.recipients.filter(({ address }) => reach.addresses.has(address));
  const within = onlyOf(selection.recipient, inScope);
  if (within.length === 0) return false;
  const isWhole = reach.isWhole && within.length === mail.recipients.length;
  return action({ ...change, mail, isWhole, within, author });
}

/** Addresses are compared as people write them. */
function onlyOf<R extends { address: string }>(named: string | undefined, recipients: R[]): R[] {
  if (named === undefined) return recipients;
  const wanted = named.trim().toLowerCase();
  return recipients.filter(({ address }) => address.toLowerCase() === wanted);
}
