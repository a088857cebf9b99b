// What sorting and threading need of the headers of many messages, page by page, and from rows wherever they can tell.
import { Turn } from '@pochtar/runtime';
import { fetchMessages } from '@pochtar/store/mailbox';
import type { Session } from '../command.ts';
import { Progress } from '../progress.ts';
import { SearchedMessage } from '../search/searched-message.ts';
import type { SelectedMailbox } from '../selected-mailbox.ts';

/** Looks at each of these messages (ascending) that is still there; false when one is not. */
export async function readHeaders(
  session: Session,
  selected: SelectedMailbox,
  uids: readonly number[],
  tag: string,
  look: (message: SearchedMessage) => Promise<void>,
): Promise<boolean> {
  const progress = new Progress(session, tag, uids.length);
  const turn = new Turn();
  let count = 0;
  for await (const page of fetchMessages(session.server.db, selected.id, uids, ['header', 'stored'])) {
    count += page.uids.length;
    for (const at of page.uids.keys()) {
      await look(new SearchedMessage(session.server, page, at));
      if (turn.isOver) await turn.pass();
    }
    await progress.add(page.uids.length);
    // A client that has gone is not worked for.
    if (session.socket.destroyed) return true;
  }
  return count === uids.length;
}
