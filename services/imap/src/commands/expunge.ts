// EXPUNGE and UID EXPUNGE (RFC 9051 §6.4.3, §6.4.9).
import { expungeDeleted } from '@pochtar/store/mailbox';
import type { Run } from '../commands.ts';
import { bad, ok, readOnly, type Reply } from '../reply.ts';
import { announce } from '../server.ts';
import { readSequenceSet } from '../sequence-argument.ts';
import type { Session } from '../session.ts';

export const expunge: Run = (session, { cursor }) => {
  cursor.end();
  return expungeAmong(session, null);
};

export const uidExpunge: Run = (session, { cursor }) => {
  cursor.space();
  const set = readSequenceSet(cursor);
  cursor.end();
  const uids = session.selected?.uidsOf(set, true) ?? null;
  return uids === null ? Promise.resolve(bad('no such message')) : expungeAmong(session, uids);
};

async function expungeAmong(session: Session, uids: Uint32Array | null): Promise<Reply> {
  const { selected, server, accountId } = session;
  if (selected === null) return bad('select a mailbox first');
  if (selected.isReadOnly) return readOnly;
  for await (const done of expungeDeleted(server.db, selected.id, uids)) {
    for (const uid of done.uids) if (selected.indexOf(uid) >= 0) selected.gone.add(uid);
    // Told by the sync behind this command; other changes in between are found by it.
    if (done.modSeq === selected.modSeq + 1) selected.modSeq = done.modSeq;
    else selected.isDirty = true;
    announce(server, accountId, [{ mailboxId: selected.id, modSeq: done.modSeq }]);
  }
  return ok('done');
}
