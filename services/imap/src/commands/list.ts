// LIST (RFC 9051 §6.3.9).
import { Turn } from '@pochtar/runtime';
import { listMailboxes, listSubscriptions, superiorNames } from '@pochtar/store/mailbox';
import type { Run } from '../command.ts';
import { enableCondstore } from '../condstore.ts';
import { listLine } from '../list/list-line.ts';
import { type ListRequest, parseListRequest } from '../list/list-request.ts';
import { type ListedName, nameTree } from '../list/name-tree.ts';
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
  const { entries, parents } = await select(request, nameTree(mailboxes, subscriptions));
  const { statusItems } = request;
  const told = statusItems.length > 0 ? entries.flatMap(({ mailbox }) => mailbox ?? []) : [];
  const counts = await readStatusCounts(session, told, statusItems);
  for (const entry of entries) {
    const childInfo = parents.has(entry.name) ? '("CHILDINFO" ("SUBSCRIBED"))' : '';
    output.text(listLine(session, entry, request, childInfo));
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

interface Selection {
  entries: ListedName[];
  /** Names above some that are selected, but that no pattern matches. */
  parents: ReadonlySet<string>;
}

async function select(request: ListRequest, tree: readonly ListedName[]): Promise<Selection> {
  const turn = new Turn();
  const matching: ListedName[] = [];
  const parents = new Set<string>();
  for (const entry of tree) {
    if (turn.isOver) await turn.pass();
    if (request.patterns.some((pattern) => pattern.matches(entry.name))) matching.push(entry);
    // RFC 5258 §3: a parent is returned for its children's sake only where one of them is not returned itself.
    else if (request.isRecursive && isSelected(request, entry)) {
      for (const name of superiorNames(entry.name)) parents.add(name);
    }
  }
  return { entries: matching.filter((each) => isSelected(request, each) || parents.has(each.name)), parents };
}

function isSelected(request: ListRequest, entry: ListedName): boolean {
  if (request.onlySpecialUse && entry.mailbox?.specialUse == null) return false;
  if (request.onlySubscribed) return entry.isSubscribed;
  return entry.mailbox !== null || entry.hasChildren;
}
