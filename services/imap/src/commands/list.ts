// LIST (RFC 9051 §6.3.9).
import { listMailboxes, listSubscriptions } from '@pochtar/store/mailbox';
import type { Run } from '../command.ts';
import { enableCondstore } from '../condstore.ts';
import { type ListRequest, parseListRequest } from '../list/list-request.ts';
import { type ListedName, nameTree } from '../list/name-tree.ts';
import { matches } from '../list/pattern.ts';
import { formatMailboxName } from '../mailbox-argument.ts';
import { ok } from '../reply.ts';
import { readStatusCounts, statusLine } from '../status-items.ts';

export const list: Run = async (session, { cursor }) => {
  const request = parseListRequest(session, cursor);
  const { output, server, accountId } = session;
  if (request.patterns.length === 0) {
    output.text('* LIST (\\Noselect) "/" ""\r\n');
    return ok('done');
  }
  const mailboxes = await listMailboxes(server.db, accountId);
  const subscriptions = request.returnsSubscribed ? await listSubscriptions(server.db, accountId) : [];
  const wanted = nameTree(mailboxes, subscriptions).filter((entry) => isWanted(request, entry));
  const { statusItems } = request;
  const told = statusItems.length > 0 ? wanted.flatMap(({ mailbox }) => mailbox ?? []) : [];
  const counts = await readStatusCounts(session, told, statusItems);
  for (const entry of wanted) {
    const childInfo =
      request.isRecursive && entry.hasSubscribedChildren ? ' ("CHILDINFO" ("SUBSCRIBED"))' : '';
    const attributes = attributesOf(request, entry, session.isRev2).join(' ');
    output.text(`* LIST (${attributes}) "/" ${formatMailboxName(session, entry.name)}${childInfo}\r\n`);
    // RFC 5819 §2: nothing is told of what can't be selected.
    if (statusItems.length > 0 && entry.mailbox !== null) {
      output.text(statusLine(session, entry.mailbox, statusItems, counts));
    }
    if (output.isFull) await output.flush();
  }
  // RFC 7162 §3.1: asking for it enables CONDSTORE.
  if (statusItems.includes('HIGHESTMODSEQ')) enableCondstore(session);
  return ok('done');
};

function isWanted(request: ListRequest, entry: ListedName): boolean {
  if (!request.patterns.some((pattern) => matches(pattern, entry.name))) return false;
  if (request.onlySpecialUse && entry.mailbox?.specialUse == null) return false;
  if (!request.onlySubscribed) return entry.mailbox !== null || entry.hasChildren;
  return entry.isSubscribed || (request.isRecursive && entry.hasSubscribedChildren);
}

function attributesOf(request: ListRequest, entry: ListedName, isRev2: boolean): string[] {
  const attributes: string[] = [];
  if (entry.mailbox === null) {
    attributes.push('\\Noselect');
    // RFC 5258 §3: implies \Noselect; older clients know only that.
    if (request.isExtended || isRev2) attributes.push('\\NonExistent');
  }
  attributes.push(entry.hasChildren ? '\\HasChildren' : '\\HasNoChildren');
  if (request.returnsSubscribed && entry.isSubscribed) attributes.push('\\Subscribed');
  if (entry.mailbox?.specialUse) attributes.push(`\\${entry.mailbox.specialUse}`);
  return attributes;
}
