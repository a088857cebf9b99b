// LSUB (RFC 3501 §6.3.9).
import { Turn } from '@pochtar/runtime';
import { listMailboxes, listSubscriptions } from '@pochtar/store/mailbox';
import type { Run } from '../command.ts';
import { readPatternTexts } from '../list/list-request.ts';
import { type ListedName, nameTree } from '../list/name-tree.ts';
import { NamePattern } from '../list/pattern.ts';
import { formatMailboxName } from '../mailbox-argument.ts';
import { ok } from '../reply.ts';

export const lsub: Run = async (session, { cursor }) => {
  cursor.space();
  // RFC 3501 §6.3.9: one pattern.
  const [text] = readPatternTexts(session, cursor).texts;
  cursor.end();
  const { output, server, accountId } = session;
  if (text === undefined) {
    output.text('* LSUB (\\Noselect) "/" ""\r\n');
    return ok('done');
  }
  const pattern = new NamePattern(text);
  const turn = new Turn();
  const mailboxes = await listMailboxes(server.db, accountId);
  for (const entry of nameTree(mailboxes, await listSubscriptions(server.db, accountId))) {
    if (turn.isOver) await turn.pass();
    if (!pattern.matches(entry.name) || !isWanted(entry, text)) continue;
    const attributes = entry.isSubscribed && entry.mailbox !== null ? '' : '\\Noselect';
    output.text(`* LSUB (${attributes}) "/" ${formatMailboxName(session, entry.name)}\r\n`);
    if (output.isFull) await output.flush();
  }
  return ok('done');
};

// RFC 3501 §6.3.9: with `%`, a name that is not subscribed itself stands for those below it that are.
function isWanted(entry: ListedName, pattern: string): boolean {
  return entry.isSubscribed || (entry.hasSubscribedChildren && pattern.endsWith('%'));
}
