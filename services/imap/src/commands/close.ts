// CLOSE and UNSELECT (RFC 9051 §6.4.1, §6.4.2; RFC 3691 §2 for clients of IMAP4rev1).
import { expungeDeleted } from '@pochtar/store/mailbox';
import type { Run } from '../command.ts';
import { ok } from '../reply.ts';
import { announce } from '../server.ts';

/** RFC 9051 §6.4.1: what is flagged \Deleted goes, without being told, unless the mailbox is open read-only. */
export const close: Run = async (session, { cursor }) => {
  cursor.end();
  const { server, selected, accountId } = session;
  if (selected !== null && !selected.isReadOnly) {
    for await (const { modSeq, uids } of expungeDeleted(server.db, selected.id)) {
      server.indexes.apply(selected.id, { modSeq, gone: uids });
      announce(server, accountId, [{ mailboxId: selected.id, modSeq }]);
    }
  }
  session.deselect();
  // RFC 7162 §3.2.8: no HIGHESTMODSEQ, since the client is not told what has gone.
  return ok('done');
};

export const unselect: Run = (session, { cursor }) => {
  cursor.end();
  session.deselect();
  return Promise.resolve(ok('done'));
};
