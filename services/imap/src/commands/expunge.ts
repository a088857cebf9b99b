// EXPUNGE and UID EXPUNGE (RFC 9051 §6.4.3, §6.4.9).
import { expungeDeleted } from '@pochtar/store/mailbox';
import type { Run, Session } from '../command.ts';
import { bad, ok, readOnly, type Reply } from '../reply.ts';
import { announce } from '../server.ts';
import { readSequenceSet } from '../sequence-argument.ts';
import { sync } from '../sync.ts';

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
  let isAny = false;
  for await (const done of expungeDeleted(server.db, selected.id, uids)) {
    isAny = true;
    for (const uid of done.uids) if (selected.indexOf(uid) >= 0) selected.gone.set(uid, done.modSeq);
    server.indexes.apply(selected.id, { modSeq: done.modSeq, gone: done.uids });
    // Other changes in between are found by the sync.
    if (done.modSeq === selected.modSeq + 1) selected.modSeq = done.modSeq;
    else selected.isDirty = true;
    announce(server, accountId, [{ mailboxId: selected.id, modSeq: done.modSeq }]);
  }
  await sync(session, { isExpungeAllowed: true });
  // RFC 7162 §3.2.7: as of all that was told.
  const tellsModSeq = isAny && session.enabled.has('CONDSTORE');
  return ok('done', tellsModSeq ? `HIGHESTMODSEQ ${selected.modSeq}` : null);
}
