// LSUB (RFC 3501 §6.3.9).
import { listMailboxes, listSubscriptions } from '@pochtar/store/mailbox';
import type { Run } from '../command.ts';
import { readPatterns } from '../list/list-request.ts';
import { type ListedName, nameTree } from '../list/name-tree.ts';
import { matches } from '../list/pattern.ts';
import { formatMailboxName } from '../mailbox-argument.ts';
import { ok } from '../reply.ts';

export const lsub: Run = async (session, { cursor }) => {
  cursor.space();
  const request: { patterns: string[] } = { patterns: [] };
  readPatterns(session, cursor, request);
  cursor.end();
  const { output, server, accountId } = session;
  if (request.patterns.length === 0) output.text('* LSUB (\\Noselect) "/" ""\r\n');
  const pattern = request.patterns[0] ?? '\0';
  const mailboxes = await listMailboxes(server.db, accountId);
  for (const entry of nameTree(mailboxes, await listSubscriptions(server.db, accountId))) {
    if (!matches(pattern, entry.name) || !isWanted(entry, pattern)) continue;
    const attributes = entry.isSubscribed && entry.mailbox !== null ? '' : '\\Noselect';
    output.text(`* LSUB (${attributes}) "/" ${formatMailboxName(session, entry.name)}\r\n`);
  }
  return ok('done');
};

// RFC 3501 §6.3.9: with `%`, a name that is not subscribed itself stands for those below it that are.
function isWanted(entry: ListedName, pattern: string): boolean {
  return entry.isSubscribed || (entry.hasSubscribedChildren && pattern.endsWith('%'));
}
