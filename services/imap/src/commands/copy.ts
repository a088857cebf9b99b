// COPY (RFC 9051 §6.4.7): all messages or none.
import { copyMessages } from '@pochtar/store/mailbox';
import type { Run } from '../command.ts';
import { copiesOf, copyRefusal, copyTarget, copyUid } from '../copied.ts';
import { ok, someExpunged } from '../reply.ts';
import { announce } from '../server.ts';

export const copy: Run = async (session, command) => {
  const target = await copyTarget(session, command);
  if ('status' in target) return target;
  const { selected, uids, isUid, mailbox } = target;
  if (uids.length === 0) return ok('nothing to copy');
  const outcome = await copyMessages(session.server.db, {
    fromMailboxId: selected.id,
    toMailboxId: mailbox.id,
    uids,
    // RFC 9051 §6.4.7: all or none; §6.4.9: UIDs that are not there are no error.
    isWhole: !isUid,
  });
  if (outcome.kind !== 'copied') return copyRefusal(selected, outcome);
  if (outcome.uids.length === 0) {
    selected.isDirty = true;
    return someExpunged;
  }
  announce(session.server, session.accountId, [{ mailboxId: mailbox.id, modSeq: outcome.modSeq }]);
  if (selected.id === mailbox.id) session.changed();
  return ok('copied', copyUid(outcome.uidValidity, outcome.uids, copiesOf(outcome)));
};
