// What COPY and MOVE share: arguments, and the COPYUID code (RFC 9051 §7.1, RFC 4315 §3).
import type { CopyOutcome, Mailbox } from '@pochtar/store/mailbox';
import type { Command } from './command-reader.ts';
import { requireMailbox } from './commands/select-examine.ts';
import { readMailboxName } from './mailbox-argument.ts';
import { bad, badMailboxName, no, overQuota, type Reply, someExpunged } from './reply.ts';
import type { SelectedMailbox } from './selected-mailbox.ts';
import type { Session } from './command.ts';
import { readSequenceSet } from './sequence-argument.ts';
import { formatSequenceSet } from './syntax/sequence-set.ts';

// RFC 9051 §6.4.7: TRYCREATE, when creating the mailbox may help.
const missing = no('no such mailbox', 'TRYCREATE');

export interface CopyTarget {
  selected: SelectedMailbox;
  uids: Uint32Array;
  isUid: boolean;
  mailbox: Mailbox;
}

export async function copyTarget(session: Session, { cursor, name }: Command): Promise<CopyTarget | Reply> {
  cursor.space();
  const set = readSequenceSet(cursor);
  cursor.space();
  const target = readMailboxName(session, cursor);
  cursor.end();
  const { selected } = session;
  if (selected === null) return bad('select a mailbox first');
  const isUid = name.startsWith('UID ');
  const uids = selected.uidsOf(set, isUid);
  if (uids === null) return bad('no such message');
  if (target === null) return badMailboxName;
  const mailbox = await requireMailbox(session, target);
  return mailbox === null ? missing : { selected, uids, isUid, mailbox };
}

export function copyRefusal(selected: SelectedMailbox, outcome: CopyOutcome): Reply | null {
  switch (outcome.kind) {
    case 'copied':
      return null;
    case 'overQuota':
      return overQuota;
    case 'noMailbox':
      return missing;
    case 'expunged':
      selected.isDirty = true;
      return someExpunged;
  }
}

/** Source UIDs and the UIDs of their copies, in the same order; null when nothing was copied. */
export function copyUid(uidValidity: number, from: readonly number[], to: readonly number[]): string | null {
  if (from.length === 0) return null;
  return `COPYUID ${uidValidity} ${formatSequenceSet(from)} ${formatSequenceSet(to)}`;
}

export function copiesOf({ firstUid, uids }: { firstUid: number; uids: readonly number[] }): number[] {
  return uids.map((_, index) => firstUid + index);
}
