// Quick resynchronisation (RFC 7162 §3.2): what has vanished since a MODSEQ, told as UIDs.
import { Turn } from '@pochtar/runtime';
import { type Changes, changesSince } from '@pochtar/store/mailbox';
import type { SelectedMailbox } from './selected-mailbox.ts';
import type { Session } from './command.ts';
import { tellMessageFlags } from './sync.ts';
import { BadSyntax, type Cursor } from './syntax/cursor.ts';
import {
  formatRanges,
  formatSequenceSet,
  intersect,
  isWithin,
  type NumberRange,
  parseSequenceSet,
  resolve,
  type SequenceSet,
} from './syntax/sequence-set.ts';

export interface QuickResync {
  uidValidity: number;
  modSeq: number;
  /** UIDs the client knows; null: all below UIDNEXT. */
  known: SequenceSet | null;
}

/** `(uidvalidity modseq [known-uids] [seq-match-data])`, behind QRESYNC. */
export function parseQuickResync(cursor: Cursor): QuickResync {
  cursor.space();
  cursor.expect('(');
  const uidValidity = cursor.positive();
  cursor.space();
  const modSeq = cursor.number64();
  let known: SequenceSet | null = null;
  if (cursor.take(' ')) {
    if (cursor.next !== '(') {
      known = parseSequenceSet(cursor.sequenceSet());
      if (cursor.take(' ')) readSequenceMatch(cursor);
    } else readSequenceMatch(cursor);
  }
  cursor.expect(')');
  return { uidValidity, modSeq, known };
}

/** RFC 7162 §3.2.5.2: pairs that help a server without a memory of expunges; this one has it. */
function readSequenceMatch(cursor: Cursor): void {
  cursor.expect('(');
  parseSequenceSet(cursor.sequenceSet());
  cursor.space();
  parseSequenceSet(cursor.sequenceSet());
  cursor.expect(')');
}

/** RFC 7162 §3.2.5: tells what the client missed while it was away; nothing when its UIDs mean something else. */
export async function tellMissed(
  session: Session,
  selected: SelectedMailbox,
  wanted: QuickResync,
): Promise<void> {
  if (wanted.uidValidity !== selected.uidValidity) return;
  const changes = await changesSince(session.server.db, selected.id, wanted.modSeq);
  if (changes === null) return;
  await tellVanishedEarlier(session, selected, changes, wanted.known);
  const known = wanted.known === null ? null : resolve(wanted.known, selected.largestUid);
  const turn = new Turn();
  for (const [at, uid] of changes.changed.uids.entries()) {
    if (turn.isOver) await turn.pass();
    const modSeq = changes.changed.modSeqs[at] as number;
    // Newer than the view, and than the HIGHESTMODSEQ that was told: it comes behind the answer, with what has gone since.
    if (modSeq > selected.modSeq || (known !== null && !isWithin(known, uid))) continue;
    tellMessageFlags(session, selected, {
      uid,
      flags: changes.changed.flags[at] as number,
      keywords: changes.changed.keywords[at] as string,
      modSeq,
    });
    if (session.output.isFull) await session.output.flush();
  }
}

/** `* VANISHED (EARLIER) …` for UIDs of the set that are gone since. */
export async function tellVanishedEarlier(
  session: Session,
  selected: SelectedMailbox,
  changes: Changes,
  among: SequenceSet | null,
): Promise<void> {
  const limits = resolve(among ?? [{ from: 1, to: Number.POSITIVE_INFINITY }], selected.uidNext - 1);
  const told =
    changes.expunged === null
      ? formatRanges(intersect(gaps(selected), limits))
      : formatSequenceSet(await vanishedAmong(selected, changes.expunged, limits));
  if (told !== '') session.output.text(`* VANISHED (EARLIER) ${told}\r\n`);
}

async function vanishedAmong(
  selected: SelectedMailbox,
  expunged: readonly number[],
  limits: readonly NumberRange[],
): Promise<number[]> {
  const vanished: number[] = [];
  const turn = new Turn();
  for (const uid of Uint32Array.from(expunged).sort()) {
    if (turn.isOver) await turn.pass();
    // What is still in the view is told as it goes, behind this command.
    if (isWithin(limits, uid) && selected.indexOf(uid) < 0) vanished.push(uid);
  }
  return vanished;
}

/** Where there are no messages: all that can be said when expunges that old are forgotten. */
function gaps(selected: SelectedMailbox): NumberRange[] {
  const ranges: NumberRange[] = [];
  let from = 1;
  for (const uid of selected.uids) {
    if (uid > from) ranges.push({ from, to: uid - 1 });
    from = uid + 1;
  }
  if (from < selected.uidNext) ranges.push({ from, to: selected.uidNext - 1 });
  return ranges;
}

/** RFC 7162 §3.2.6: VANISHED as a modifier of UID FETCH. */
export function requireVanishedAllowed(session: Session, isUid: boolean): void {
  if (!isUid || !session.enabled.has('QRESYNC'))
    throw new BadSyntax('VANISHED needs UID FETCH and QRESYNC enabled');
}
