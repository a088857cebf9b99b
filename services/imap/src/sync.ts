// Tells the client what has happened to its mailbox since it was last told: EXPUNGE where it may be sent, EXISTS,
// RECENT, and flags (RFC 9051 §7.4, §7.5).
import { Turn } from '@pochtar/runtime';
import { type Changes, claimRecent, type Mailbox, readUids } from '@pochtar/store/mailbox';
import { Bye } from './reply.ts';
import type { SelectedMailbox } from './selected-mailbox.ts';
import type { Session } from './command.ts';
import { formatFlags, SYSTEM_FLAGS } from './syntax/flag-list.ts';
import { formatSequenceSet } from './syntax/sequence-set.ts';
import { fetchStart, uidItem } from './uid-only.ts';

interface SyncOptions {
  isExpungeAllowed: boolean;
  /** RFC 5465 §5: unless a client asked not to be told of flags. */
  tellsFlags?: boolean;
}

export async function sync(session: Session, options: SyncOptions): Promise<void> {
  const { selected } = session;
  if (selected === null) return;
  if (!selected.isDirty) {
    if (options.isExpungeAllowed) await tellExpunged(session, selected);
    return;
  }
  // Cleared first: what changes from here on sets it again.
  selected.isDirty = false;
  let changes: Changes | null;
  try {
    changes = await session.server.indexes.changesSince(selected.id, selected.modSeq);
    if (changes !== null) await noteExpunged(session, selected, changes);
  } catch (error) {
    selected.isDirty = true;
    throw error;
  }
  if (changes === null) throw new Bye('the selected mailbox was deleted');
  const { mailbox, changed } = changes;
  const known = selected.largestUid;
  // What came after the first page of changes is new the next time.
  const isNew = changed.uids.filter((uid) => uid > known && uid < mailbox.uidNext);
  const recentFrom =
    isNew.length > 0 ? await claimRecentFor(session, mailbox, selected.isReadOnly) : mailbox.uidNext;
  if (options.isExpungeAllowed) await tellExpunged(session, selected);
  selected.modSeq = mailbox.modSeq;
  selected.uidNext = mailbox.uidNext;
  selected.addRecent(Math.max(recentFrom, known + 1), mailbox.uidNext - 1);
  tellNew(session, selected, isNew);
  if (options.tellsFlags !== false) await tellFlags(session, selected, changes, known);
  selected.ownModSeqs.clear();
  // Of those who know the same there is one list.
  selected.share(session.server.indexes.peek(selected.id)?.table.uids);
}

async function noteExpunged(
  session: Session,
  selected: SelectedMailbox,
  { expunged, expungedAt }: Changes,
): Promise<void> {
  if (expunged !== null) {
    for (const [at, uid] of expunged.entries()) {
      if (selected.indexOf(uid) >= 0) selected.gone.set(uid, expungedAt[at] as number);
    }
    return;
  }
  const present = new Set(await readUids(session.server.db, selected.id));
  // When they went is forgotten: some time after what is known.
  for (const uid of selected.uids) {
    if (!present.has(uid) && !selected.gone.has(uid)) selected.gone.set(uid, selected.modSeq + 1);
  }
}

/** From which UID on messages are \Recent in this session: it takes them as it tells of them, later ones do not see it. */
export async function claimRecentFor(
  session: Session,
  mailbox: Mailbox,
  isReadOnly: boolean,
): Promise<number> {
  // RFC 3501 §6.3.2: EXAMINE takes \Recent from nobody; IMAP4rev2 does not know it. Neither writes.
  if (session.isRev2 || isReadOnly || mailbox.recentUid >= mailbox.uidNext) return mailbox.recentUid;
  try {
    return await claimRecent(session.server.db, mailbox.id, mailbox.uidNext);
  } catch (error) {
    // RFC 3501 §2.3.2: a message that is recent to two sessions is allowed.
    session.log.debug({ err: error }, 'recent messages were not claimed');
    return mailbox.recentUid;
  }
}

/** Tells what is known to be expunged. */
export async function tellExpunged(session: Session, selected: SelectedMailbox): Promise<void> {
  const { output } = session;
  const { numbers, uids } = selected.removeGone();
  // RFC 7162 §3.2.7, RFC 9586 §3.5: a client that enabled QRESYNC or UIDONLY is told UIDs.
  if (session.enabled.has('QRESYNC') || session.enabled.has('UIDONLY')) {
    if (uids.length > 0) output.text(`* VANISHED ${formatSequenceSet(uids)}\r\n`);
    return;
  }
  const turn = new Turn();
  for (const number of numbers) {
    output.text(`* ${number} EXPUNGE\r\n`);
    if (output.isFull) await output.flush();
    if (turn.isOver) await turn.pass();
  }
}

function tellNew(session: Session, selected: SelectedMailbox, uids: readonly number[]): void {
  if (uids.length === 0) return;
  selected.append(uids);
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
  const turn = new Turn();
  for (const [at, uid] of changed.uids.entries()) {
    if (uid > known) break;
    if (turn.isOver) await turn.pass();
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
  const start = fetchStart(session, selected, message.uid);
  if (start === null) return;
  meetKeywords(session, selected, message.keywords);
  const flags = formatFlags(message.flags, message.keywords, isRecent(session, selected, message.uid));
  const tellsModSeq = session.enabled.has('CONDSTORE');
  if (tellsModSeq) selected.noteTold(message.modSeq);
  const modSeq = tellsModSeq ? ` MODSEQ (${message.modSeq})` : '';
  session.output.text(`${start}${uidItem(session, message.uid)}FLAGS (${flags})${modSeq})\r\n`);
}

export function isRecent(session: Session, selected: SelectedMailbox, uid: number): boolean {
  return !session.isRev2 && selected.isRecent(uid);
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
