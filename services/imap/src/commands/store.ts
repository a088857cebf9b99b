// STORE (RFC 9051 §6.4.6), with UNCHANGEDSINCE (RFC 7162 §3.1.3).
import type { FlagEdit, FlagOutcome } from '@pochtar/store/mailbox';
import type { Command } from '../command-reader.ts';
import type { Run, Session } from '../command.ts';
import { enableCondstore } from '../condstore.ts';
import { bad, ok, readOnly, someExpunged } from '../reply.ts';
import type { SelectedMailbox } from '../selected-mailbox.ts';
import { announce } from '../server.ts';
import { readSequenceSet } from '../sequence-argument.ts';
import { meetKeywords, tellMessageFlags } from '../sync.ts';
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';
import { parseFlags } from '../syntax/flag-list.ts';
import { fetchStart, uidItem } from '../uid-only.ts';
import { formatSequenceSet, type SequenceSet } from '../syntax/sequence-set.ts';

interface StoreRequest {
  set: SequenceSet | '$';
  edit: FlagEdit;
  isSilent: boolean;
}

export const store: Run = async (session, command) => {
  const { set, edit, isSilent } = readRequest(session, command);
  const { selected, server } = session;
  if (selected === null) return bad('select a mailbox first');
  const isUid = command.name === 'UID STORE';
  const uids = selected.uidsOf(set, isUid);
  if (uids === null) return bad('no such message');
  if (selected.isReadOnly) return readOnly;
  let stored = 0;
  const modified: number[] = [];
  for await (const outcome of server.storeFlags(selected.id, uids, edit)) {
    const { modSeq, messages } = outcome;
    if (modSeq !== null) server.indexes.apply(selected.id, { modSeq, flags: messages });
    stored += messages.uids.length;
    for (const uid of outcome.modified) modified.push(isUid ? uid : selected.indexOf(uid) + 1);
    await tell(session, selected, outcome, isSilent);
  }
  // RFC 7162 §3.1.3: numbers or UIDs, as the command had them.
  const code = modified.length > 0 ? `MODIFIED ${formatSequenceSet(modified)}` : null;
  if (stored + modified.length === uids.length) return ok('done', code);
  selected.isDirty = true;
  if (isUid) return ok('done', code);
  // RFC 2180 §4.2.1, RFC 5530 §3: what is still there was changed.
  return stored + modified.length === 0 ? someExpunged : ok('done', code ?? 'EXPUNGEISSUED');
};

function readRequest(session: Session, { cursor }: Command): StoreRequest {
  cursor.space();
  const set = readSequenceSet(cursor);
  cursor.space();
  const unchangedSince = readUnchangedSince(cursor);
  const sign = cursor.take('+') ? 'add' : cursor.take('-') ? 'remove' : 'replace';
  const item = cursor.word();
  if (item !== 'FLAGS' && item !== 'FLAGS.SILENT') throw new BadSyntax('FLAGS expected');
  cursor.space();
  const { system, keywords } = parseFlags(cursor);
  cursor.end();
  if (unchangedSince !== null) enableCondstore(session);
  const edit: FlagEdit = { mode: sign, flags: system, keywords, unchangedSince };
  return { set, edit, isSilent: item === 'FLAGS.SILENT' };
}

function readUnchangedSince(cursor: Cursor): number | null {
  if (!cursor.take('(')) return null;
  if (!cursor.takeWord('UNCHANGEDSINCE')) throw new BadSyntax('UNCHANGEDSINCE expected');
  cursor.space();
  const modSeq = cursor.number64();
  cursor.expect(')');
  cursor.space();
  return modSeq;
}

async function tell(
  session: Session,
  selected: SelectedMailbox,
  { messages, modSeq }: FlagOutcome,
  isSilent: boolean,
): Promise<void> {
  const { output } = session;
  const hasCondstore = session.enabled.has('CONDSTORE');
  if (modSeq !== null) selected.noteOwn(modSeq);
  for (const [at, uid] of messages.uids.entries()) {
    const keywords = messages.keywords[at] as string;
    // RFC 7162 §3.1.3: the new MODSEQ is told even when the flags are not.
    if (isSilent && !hasCondstore) meetKeywords(session, selected, keywords);
    else if (isSilent) {
      const start = fetchStart(session, selected, uid);
      selected.noteTold(messages.modSeqs[at] as number);
      const modSeqItem = `MODSEQ (${messages.modSeqs[at]})`;
      if (start !== null) output.text(`${start}${uidItem(session, uid)}${modSeqItem})\r\n`);
    } else {
      const flags = messages.flags[at] as number;
      tellMessageFlags(session, selected, { uid, flags, keywords, modSeq: messages.modSeqs[at] as number });
    }
    if (output.isFull) await output.flush();
  }
  if (modSeq !== null) announce(session.server, session.accountId, [{ mailboxId: selected.id, modSeq }]);
}
