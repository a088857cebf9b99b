// MOVE (RFC 9051 §6.4.8, RFC 6851): COPYUID untagged first, then EXPUNGE.
import { type CopyOutcome, moveMessages } from '@pochtar/store/mailbox';
import type { Run, Session } from '../command.ts';
import { copiesOf, copyRefusal, copyTarget, copyUid } from '../copied.ts';
import { ok, readOnly, type Reply, someExpunged } from '../reply.ts';
import { announce } from '../server.ts';
import { sync } from '../sync.ts';

export const move: Run = async (session, command) => {
  const target = await copyTarget(session, command);
  if ('status' in target) return target;
  const { selected, uids, isUid, mailbox } = target;
  if (selected.isReadOnly) return readOnly;
  if (uids.length === 0) return ok('nothing to move');
  const from: number[] = [];
  const to: number[] = [];
  let uidValidity = mailbox.uidValidity;
  let refusal: Reply | null = null;
  const request = { fromMailboxId: selected.id, toMailboxId: mailbox.id, uids, isWhole: !isUid };
  for await (const outcome of moveMessages(session.server.db, request)) {
    refusal = copyRefusal(selected, outcome);
    if (outcome.kind !== 'copied') break;
    uidValidity = outcome.uidValidity;
    for (const uid of outcome.uids) {
      from.push(uid);
      selected.gone.set(uid, outcome.fromModSeq ?? selected.modSeq + 1);
    }
    for (const uid of copiesOf(outcome)) to.push(uid);
    tellOthers(session, selected.id, mailbox.id, outcome);
  }
  // What was moved is told even when a later part failed.
  const code = copyUid(uidValidity, from, to);
  if (code !== null) session.output.text(`* OK [${code}] moved\r\n`);
  // The sync also tells what happened besides.
  selected.isDirty = true;
  await sync(session, { isExpungeAllowed: true });
  if (refusal !== null) return refusal;
  if (from.length === 0) return someExpunged;
  // RFC 6851 §4.4: as EXPUNGE does.
  return ok('done', session.enabled.has('CONDSTORE') ? `HIGHESTMODSEQ ${selected.modSeq}` : null);
};

function tellOthers(
  session: Session,
  fromId: number,
  toId: number,
  outcome: Extract<CopyOutcome, { kind: 'copied' }>,
): void {
  const changes = [{ mailboxId: toId, modSeq: outcome.modSeq }];
  if (outcome.fromModSeq !== null && fromId !== toId) {
    changes.push({ mailboxId: fromId, modSeq: outcome.fromModSeq });
  }
  announce(session.server, session.accountId, changes);
}
