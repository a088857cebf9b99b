// THREAD (RFC 5256 §3).
import { Turn } from '@pochtar/runtime';
import { readListing } from '@pochtar/store/mailbox';
import type { Run, Session } from '../command.ts';
import { bad } from '../reply.ts';
import { Progress } from '../progress.ts';
import { runSearch, searchDone } from '../search/search-request.ts';
import type { SelectedMailbox } from '../selected-mailbox.ts';
import { readHeaders } from '../sort/header-reader.ts';
import { BadSyntax } from '../syntax/cursor.ts';
import { orderedSubject } from '../thread/ordered-subject.ts';
import { threadByReferences } from '../thread/references.ts';
import { formatThreads } from '../thread/thread-node.ts';
import { listedTexts, threadedMessage, type ThreadedMessage } from '../thread/threaded-message.ts';

export const thread: Run = async (session, command) => {
  const { cursor, tag } = command;
  cursor.space();
  const algorithm = cursor.word();
  if (algorithm !== 'REFERENCES' && algorithm !== 'ORDEREDSUBJECT')
    throw new BadSyntax('unknown threading algorithm');
  cursor.space();
  // RFC 5256 §3: unlike that of SEARCH, the charset has to be named.
  const charset = cursor.astring();
  cursor.space();
  const { selected, server, output } = session;
  if (selected === null) return bad('select a mailbox first');
  const found = await runSearch(session, selected, command, charset);
  if ('status' in found) return found;
  const isByReferences = algorithm === 'REFERENCES';
  const isUid = command.name === 'UID THREAD';
  let isSomeGone = found.isSomeGone;
  const text = await server.sorting.run(async () => {
    const messages = await readThreaded(session, selected, found.uids, {
      needsReferences: isByReferences,
      tag,
    });
    isSomeGone ||= messages.length < found.uids.length;
    const threads = isByReferences ? await threadByReferences(messages) : await orderedSubject(messages);
    return formatThreads(threads, (uid) => (isUid ? uid : selected.indexOf(uid) + 1));
  });
  output.text(`* THREAD${text === '' ? '' : ` ${text}`}\r\n`);
  return searchDone(selected, command, { ...found, isSomeGone });
};

/** Those of the messages (ascending) that are still there. */
async function readThreaded(
  session: Session,
  selected: SelectedMailbox,
  uids: readonly number[],
  { needsReferences, tag }: { needsReferences: boolean; tag: string },
): Promise<ThreadedMessage[]> {
  const messages: ThreadedMessage[] = [];
  /** Of older rows, when the message was sent. */
  const unlisted = new Map<number, number>();
  const progress = new Progress(session, tag, uids.length);
  const turn = new Turn();
  const pages = readListing(session.server.db, selected.id, uids, { needsThreads: needsReferences });
  for await (const { uids: there, sentAt, listed } of pages) {
    for (const [at, uid] of there.entries()) {
      const [texts, sent] = [listed[at], sentAt[at] as number];
      if (texts) messages.push(threadedMessage(uid, sent, texts, needsReferences));
      else unlisted.set(uid, sent);
      if (turn.isOver) await turn.pass();
    }
    await progress.add(there.length);
    // A client that has gone is not worked for.
    if (session.socket.destroyed) return messages;
  }
  if (unlisted.size === 0) return messages;
  await readHeaders(session, selected, [...unlisted.keys()], tag, async (message) => {
    const texts = await listedTexts(message);
    messages.push(threadedMessage(message.uid, unlisted.get(message.uid) as number, texts, needsReferences));
  });
  return messages.toSorted((a, b) => a.uid - b.uid);
}
