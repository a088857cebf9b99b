// \Seen for messages whose bodies are being read (RFC 9051 §6.4.5).
import { FLAG, type MessagePage } from '@pochtar/store/mailbox';
import type { Session } from '../command.ts';
import type { SelectedMailbox } from '../selected-mailbox.ts';
import { announce } from '../server.ts';

/** Marks these places of a page, and puts their new flags into it; gives the places of those that were still there. */
export async function markSeen(
  session: Session,
  selected: SelectedMailbox,
  page: MessagePage,
  places: readonly number[],
): Promise<Set<number>> {
  const marked = new Set<number>();
  if (places.length === 0) return marked;
  const byUid = new Map(places.map((at) => [page.uids[at] as number, at]));
  const edit = { mode: 'add', flags: FLAG.seen, keywords: [] } as const;
  for await (const { messages, modSeq } of session.server.storeFlags(selected.id, [...byUid.keys()], edit)) {
    for (const [index, uid] of messages.uids.entries()) {
      const at = byUid.get(uid) as number;
      page.flags[at] = messages.flags[index] as number;
      page.keywords[at] = messages.keywords[index] as string;
      page.modSeqs[at] = messages.modSeqs[index] as number;
      marked.add(at);
    }
    if (modSeq === null) continue;
    session.server.indexes.apply(selected.id, { modSeq, flags: messages });
    selected.noteOwn(modSeq);
    announce(session.server, session.accountId, [{ mailboxId: selected.id, modSeq }]);
  }
  return marked;
}

export function isUnseen(page: MessagePage, at: number): boolean {
  return ((page.flags[at] as number) & FLAG.seen) === 0;
}
