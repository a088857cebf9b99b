// Tells the client what has happened to its mailbox since it was last told: EXPUNGE where it may be sent, EXISTS,
// RECENT, and flags (RFC 9051 §7.4, §7.5).
import { type Changes, changesSince, readUids } from '@pochtar/store/mailbox';
import { Bye } from './reply.ts';
import type { SelectedMailbox } from './selected-mailbox.ts';
import type { Session } from './command.ts';
import { formatFlags, SYSTEM_FLAGS } from './syntax/flag-list.ts';
import { formatSequenceSet } from './syntax/sequence-set.ts';

export async function sync(session: Session, options: { isExpungeAllowed: boolean }): Promise<void> {
  const { selected } = session;
  if (selected === null) return;
  if (selected.isDirty) {
    // Cleared first: what changes from here on sets it again.
    selected.isDirty = false;
    const changes = await changesSince(session.server.db, selected.id, selected.modSeq).catch((error) => {
      selected.isDirty = true;
      throw error;
    });
    if (changes === null) throw new Bye('the selected mailbox was deleted');
    await noteExpunged(session, selected, changes);
    const known = selected.largestUid;
    const isNew = changes.changed.uids.filter((uid) => uid > known);
    if (options.isExpungeAllowed) await tellExpunged(session, selected);
    selected.modSeq = changes.mailbox.modSeq;
    selected.uidNext = changes.mailbox.uidNext;
    tellNew(session, selected, isNew);
    await tellFlags(session, selected, changes, known);
    selected.ownModSeqs.clear();
  } else if (options.isExpungeAllowed) {
    await tellExpunged(session, selected);
  }
}

async function noteExpunged(session: Session, selected: SelectedMailbox, changes: Changes): Promise<void> {
  if (changes.expunged !== null) {
    for (const uid of changes.expunged) if (selected.indexOf(uid) >= 0) selected.gone.add(uid);
    return;
  }
  const present = new Set(await readUids(session.server.db, selected.id));
  for (const uid of selected.uids) if (!present.has(uid)) selected.gone.add(uid);
}

/** Tells what is known to be expunged. */
export async function tellExpunged(session: Session, selected: SelectedMailbox): Promise<void> {
  const { output } = session;
  const { numbers, uids } = selected.removeGone();
  // RFC 7162 §3.2.7: a client that enabled QRESYNC is told UIDs.
  if (session.enabled.has('QRESYNC')) {
    if (uids.length > 0) output.text(`* VANISHED ${formatSequenceSet(uids)}\r\n`);
    return;
  }
  for (const number of numbers) {
    output.text(`* ${number} EXPUNGE\r\n`);
    if (output.isFull) await output.flush();
  }
}

function tellNew(session: Session, selected: SelectedMailbox, uids: readonly number[]): void {
  if (uids.length === 0) return;
  selected.append(uids);
  selected.hasUnclaimedRecent = true;
  session.output.text(`* ${selected.count} EXISTS\r\n`);
  if (!session.isRev2) session.output.text(`* ${selected.recentCount} RECENT\r\n`);
}

async function tellFlags(
  session: Session,
  selected: SelectedMailbox,
  { changed }: Changes,
  known: number,
): Promise<void> {
  const { output } = session;
  for (const [at, uid] of changed.uids.entries()) {
    if (uid > known) break;
    // The client was told when it made this change.
    if (selected.ownModSeqs.has(changed.modSeqs[at] as number)) continue;
    tellMessageFlags(session, selected, {
      uid,
      flags: changed.flags[at] as number,
      keywords: changed.keywords[at] as string,
      modSeq: changed.modSeqs[at] as number,
    });
    if (output.isFull) await output.flush();
  }
}

export interface MessageFlags {
  uid: number;
  flags: number;
  keywords: string;
  modSeq: number;
}

/** One `* n FETCH (UID … FLAGS (…))`; nothing for a message the client does not know. */
export function tellMessageFlags(session: Session, selected: SelectedMailbox, message: MessageFlags): void {
  const index = selected.indexOf(message.uid);
  if (index < 0) return;
  meetKeywords(session, selected, message.keywords);
  const flags = formatFlags(message.flags, message.keywords, isRecent(session, selected, message.uid));
  const modSeq = session.enabled.has('CONDSTORE') ? ` MODSEQ (${message.modSeq})` : '';
  session.output.text(`* ${index + 1} FETCH (UID ${message.uid} FLAGS (${flags})${modSeq})\r\n`);
}

export function isRecent(session: Session, selected: SelectedMailbox, uid: number): boolean {
  return uid >= selected.recentFrom && !session.isRev2;
}

/** RFC 9051 §7.3.5: the client learns of a keyword before it sees it. */
export function meetKeywords(session: Session, selected: SelectedMailbox, keywords: string): void {
  if (!selected.meetKeywords(keywords)) return;
  tellKnownFlags(session, selected);
}

export function tellKnownFlags(session: Session, selected: SelectedMailbox): void {
  const all = [SYSTEM_FLAGS, ...selected.keywords.values()].join(' ');
  session.output.text(`* FLAGS (${all})\r\n`);
  const permanent = selected.isReadOnly ? '' : `${all} \\*`;
  session.output.text(
    `* OK [PERMANENTFLAGS (${permanent})] ${selected.isReadOnly ? 'read-only' : 'kept'}\r\n`,
  );
}
