// The slow path's first half: what the verdicts say is done to the locked mail, and its recipients get their
// routes, all in one transaction before any of them is delivered (architecture §5.8).
import type { Step } from '@pochtar/bus';
import { resolveRecipients, type Resolved } from '@pochtar/store/directory';
import { deliveredSize } from '@pochtar/store/content';
import type { Queryable } from '@pochtar/store/db';
import {
  addContentVersion,
  addRecipients,
  combineVerdicts,
  type Decision,
  derivedId,
  editContent,
  endRecipients,
  keepMail,
  loadContent,
  lockMail,
  type MailInHand,
  moveMail,
  type RecipientGroup,
  recipientGroups,
  replaceContent,
  routeRecipients,
  settleRecipientVerdicts,
  splitMail,
} from '@pochtar/store/queue';
import { addressKey, addressOfKey, behindReturnPath } from '@pochtar/mail';
import { destinationOf } from './destination.ts';
import { editedTexts, textsOf } from './edited-texts.ts';
import { oweNotice } from './notice.ts';
import { isNoticeWanted } from './notice-wanted.ts';
import { MAX_DEPTH, route, type RoutePlan } from './route.ts';
import { type Aftermath, type Outcome, settle } from './settle.ts';
import { oweHeldReports, oweVirusReports } from './scan-reports.ts';
import { readStoredHeader } from './stored-header.ts';
import { type Tools, waysOf } from './tools.ts';
import { BrokenMail } from './broken-mail.ts';

/** True: its recipients have routes, and local ones can be delivered. False: nothing is left to do now. */
export async function judge(tools: Tools, tx: Queryable, id: string, after: Aftermath): Promise<boolean> {
  let mail = await lockMail(tx, id);
  // Gone, held, parked, or at another step: whoever made it so also sees to its event.
  if (mail === null || mail.state !== 'active' || mail.step !== 'deliver') return false;
  if (mail.recipients.length === 0) {
    await endRecipients(tx, id, []);
    return false;
  }
  if (mail.content === null) throw new BrokenMail('its content row is missing');
  mail = await separate(tools, tx, mail, after);
  const decision = combineVerdicts({
    slip: mail.slip,
    verdicts: mail.verdicts,
    releasedFilters: mail.releasedFilters,
    removedAtAcceptance: mail.removedAtAcceptance,
  });
  if (!(await carryOut(tools, tx, mail, decision, after))) return false;
  return routeAll(tools, tx, mail, isHeldBack(mail, decision), after);
}

/** One verdict a filter: recipients of whom something different is said go on as a mail of their own. */
async function separate(
  tools: Tools,
  tx: Queryable,
  mail: MailInHand,
  after: Aftermath,
): Promise<MailInHand> {
  const said = mail.verdicts.filter(({ filter }) => mail.slip.includes(filter));
  const isCovered = mail.slip.every((filter) => said.some((verdict) => verdict.filter === filter));
  if (!isCovered || said.every(({ recipient }) => recipient === '')) return mail;
  const [stay, ...others] = recipientGroups(mail.recipients, said);
  for (const group of others) {
    const id = derivedId(mail.id, group.addresses, `verdicts ${mail.generation}`);
    await splitMail(tx, mail, id, group);
    after.steps.push({ step: 'deliver', mail: id });
    tools.log.info({ mail: mail.id, as: id, recipients: group.addresses.length }, 'recipients go on apart');
  }
  await settleRecipientVerdicts(tx, mail, (stay as RecipientGroup).verdicts);
  return (await lockMail(tx, mail.id)) as MailInHand;
}

/** Does what the verdicts say; true when the mail is to be delivered. */
async function carryOut(
  tools: Tools,
  tx: Queryable,
  mail: MailInHand,
  decision: Decision,
  after: Aftermath,
): Promise<boolean> {
  const now = new Date();
  switch (decision.kind) {
    case 'notReady':
      // No scan, no pass: back to the filter that has not spoken.
      tools.log.warn({ mail: mail.id, filter: decision.filter }, 'a verdict is missing: the mail goes back');
      await moveMail(tx, mail.id, decision.filter);
      after.steps.push({ step: decision.filter as Step, mail: mail.id });
      return false;
    case 'reject': {
      const diagnostic = `${decision.filter}: ${decision.reason}`;
      const outcomes = all(mail, { kind: 'failed', status: '5.7.1', diagnostic });
      await settle(tools, tx, mail, outcomes, { now, isHeaderOnly: true }, after);
      return false;
    }
    case 'discard': {
      const outcomes = all(mail, { kind: 'discarded', reason: `${decision.filter}: ${decision.reason}` });
      await settle(tools, tx, mail, outcomes, { now }, after);
      return false;
    }
    case 'hold':
      await hold(tx, mail, decision, after);
      return false;
    case 'replace':
      if (mail.contentId !== decision.contentId) await replace(tx, mail, decision.contentId);
      return true;
    case 'deliver':
      await edit(tools, tx, mail, decision);
      return true;
  }
}

type Distributed<T> = T extends Outcome ? Omit<T, 'address'> : never;

function all(mail: MailInHand, outcome: Distributed<Outcome>): Outcome[] {
  return mail.recipients.map(({ address }) => ({ ...outcome, address }));
}

async function hold(
  tx: Queryable,
  mail: MailInHand,
  { filter, reason }: { filter: string; reason: string },
  after: Aftermath,
): Promise<void> {
  const text = `${filter}: ${reason}`;
  await keepMail(tx, mail.id, { filter }, text);
  after.held(mail.id, text);
  if (filter !== 'antivirus') return;
  if (await oweHeldReports(tx, mail, reason, after)) return;
  // A mail of one of our own people that nobody could look into: its sender must learn of it.
  if (mail.origin !== 'submitted') return;
  const told = mail.recipients.filter(({ notify }) => isNoticeWanted('delayed', mail.reversePath, notify));
  const recipients = told.map(({ address, originalRecipient, expandedFrom }) => ({
    ...{ address, originalRecipient, expandedFrom, diagnostic: text },
    // RFC 3463 §3.8: delivery not authorised, not yet.
    status: '4.7.1',
  }));
  await oweNotice(tx, mail, { kind: 'delayed', recipients, isHeaderOnly: true }, after);
}

async function replace(tx: Queryable, mail: MailInHand, contentId: string): Promise<void> {
  const content = await loadContent(tx, contentId);
  if (content === null) throw new BrokenMail('the content row of its replacement is missing');
  await replaceContent(tx, mail.id, contentId, deliveredSize(content));
  mail.contentId = contentId;
  mail.content = content;
  mail.size = deliveredSize(content);
}

async function edit(
  tools: Tools,
  tx: Queryable,
  mail: MailInHand,
  edits: { prefix: Buffer | null; removed: number[] | null },
): Promise<void> {
  const content = mail.content as NonNullable<MailInHand['content']>;
  let stored = edits.prefix === null ? null : await readStoredHeader(tools.blobs, content);
  const { prefix, removed } =
    stored === null || edits.prefix === null ? edits : behindReturnPath(stored, edits.prefix, edits.removed);
  const size = deliveredSize({ blob: content.blob, prefix, removed });
  const isDone = sameBytes(content.prefix, prefix) && String(content.removed ?? '') === String(removed ?? '');
  // An earlier generation may have had another content.
  if (isDone) {
    if (mail.size !== size) await replaceContent(tx, mail.id, mail.contentId, size);
    return;
  }
  stored ??= await readStoredHeader(tools.blobs, content);
  if (mail.isEdited) {
    const id = derivedId(mail.id, [], `generation ${mail.generation}`);
    await addContentVersion(tx, mail.id, id, {
      prefix,
      removed,
      size,
      texts: textsOf(stored, prefix, removed),
    });
    mail.contentId = id;
  } else {
    const { removedAtAcceptance } = mail;
    const texts = editedTexts(stored, prefix, removed);
    await editContent(tx, mail.id, { prefix, removed, size, texts, removedAtAcceptance });
  }
  mail.content = { ...content, id: mail.contentId, prefix, removed };
  mail.size = size;
}

function sameBytes(first: Buffer | null, second: Buffer | null): boolean {
  return first === null || second === null ? first === second : first.equals(second);
}

/**
 * A stranger's mail whose content was replaced carries the dangerous original as an attachment: nothing of it leaves by
 * itself where an alias leads to another server. Whom an infected mail was for is told, without it; another one waits for a
 * person.
 */
function isHeldBack(mail: MailInHand, decision: Decision): boolean {
  return (
    decision.kind === 'replace' &&
    mail.origin === 'incoming' &&
    !mail.releasedFilters.includes(decision.filter)
  );
}

async function routeAll(
  tools: Tools,
  tx: Queryable,
  mail: MailInHand,
  isRemoteHeld: boolean,
  after: Aftermath,
): Promise<boolean> {
  const unrouted = mail.recipients.filter((recipient) => recipient.route === 'unrouted');
  if (unrouted.length === 0) return true;
  const plan = await planOf(tools, tx, mail, unrouted);
  await routeRecipients(tx, mail.id, plan.routed, !isRemoteHeld);
  const lost = plan.unroutable.filter(({ expandedFrom }) => expandedFrom !== null);
  if (lost.length > 0) await addRecipients(tx, mail.id, lost);
  const outcomes: Outcome[] = [
    ...(await reported(tx, mail, plan, isRemoteHeld, after)),
    ...plan.expanded.map(
      ({ recipient, targets, isList }): Outcome => ({
        kind: 'expanded',
        address: recipient.address,
        targets,
        isList,
      }),
    ),
    ...plan.unroutable.map(
      ({ address, status, reason }): Outcome => ({ kind: 'failed', address, status, diagnostic: reason }),
    ),
  ];
  if (outcomes.length === 0) return true;
  const present = (await lockMail(tx, mail.id)) as MailInHand;
  return !(await settle(tools, tx, present, outcomes, { now: new Date() }, after));
}

/** Recipients elsewhere of an infected mail: it ends here, and a report without it goes to them. */
async function reported(
  tx: Queryable,
  mail: MailInHand,
  plan: RoutePlan,
  isRemoteHeld: boolean,
  after: Aftermath,
): Promise<Outcome[]> {
  const verdict = mail.verdicts.find(({ filter }) => filter === 'antivirus');
  if (!isRemoteHeld || verdict === undefined || verdict.replacementContentId !== mail.contentId) return [];
  const { reason } = verdict;
  const addresses = plan.routed.filter(({ route: to }) => to === 'remote').map(({ address }) => address);
  await oweVirusReports(tx, mail, { addresses, reason }, after);
  const told = `antivirus: ${reason}; a report without the mail goes to the recipient`;
  return addresses.map((address) => ({ kind: 'discarded', address, reason: told }));
}

/** Asks the directory round by round until every name on the way is known. */
async function planOf(
  tools: Tools,
  tx: Queryable,
  mail: MailInHand,
  unrouted: MailInHand['recipients'],
): Promise<RoutePlan> {
  const ways = waysOf(tools);
  const names = new Map<string, Resolved>();
  const options = {
    destinationOf: (domain: string) => destinationOf(domain, ways),
    wantsDelay: (notify: string | null) => isNoticeWanted('delayed', mail.reversePath, notify),
  };
  // Each round goes one alias deeper, and route() ends at MAX_DEPTH.
  for (let round = 0; round <= MAX_DEPTH + 1; round++) {
    const planned = route(unrouted, names, options);
    if (!('missing' in planned)) return planned;
    // Remote names are kept as they were written; the directory knows keys.
    const keys = planned.missing.map((address) => addressKey(addressOfKey(address)));
    const answers = await resolveRecipients(tx, keys);
    for (const [index, key] of planned.missing.entries()) names.set(key, answers[index] as Resolved);
  }
  throw new BrokenMail('routing does not come to an end');
}
