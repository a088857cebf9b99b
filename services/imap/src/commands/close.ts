// CLOSE and UNSELECT (RFC 9051 §6.4.1, §6.4.2).
import { expungeDeleted } from '@pochtar/store/mailbox';
import type { Run } from '../command.ts';
import { ok } from '../reply.ts';
import { announce } from '../server.ts';

/** RFC 9051 §6.4.1: what is flagged \Deleted goes, without being told, unless the mailbox is open read-only. */
export const close: Run = async (session, { cursor }) => {
  cursor.end();
  const { server, selected, accountId } = session;
  if (selected !== null && !selected.isReadOnly) {
    for await (const { modSeq } of expungeDeleted(server.db, selected.id)) {
      announce(server, accountId, [{ mailboxId: selected.id, modSeq }]);
    }
  }
  await session.deselect();
  return ok('done');
};

export const unselect: Run = async (session, { cursor }) => {
  cursor.end();
  await session.deselect();
  return ok('done');
};
