// Quick resynchronisation (RFC 7162 §3.2): what has vanished since a MODSEQ, told as UIDs.
import { type Changes, changesSince } from '@pochtar/store/mailbox';
import type { SelectedMailbox } from './selected-mailbox.ts';
import type { Session } from './command.ts';
import { tellMessageFlags } from './sync.ts';
import { BadSyntax, type Cursor } from './syntax/cursor.ts';
import {
  formatRanges,
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
  tellVanishedEarlier(session, selected, changes, wanted.known);
  for (const [at, uid] of changes.changed.uids.entries()) {
    if (wanted.known !== null && !isKnown(wanted.known, uid, selected)) continue;
    tellMessageFlags(session, selected, {
      uid,
      flags: changes.changed.flags[at] as number,
      keywords: changes.changed.keywords[at] as string,
      modSeq: changes.changed.modSeqs[at] as number,
    });
    if (session.output.isFull) await session.output.flush();
  }
}

/** `* VANISHED (EARLIER) …` for UIDs of the set that are gone since. */
export function tellVanishedEarlier(
  session: Session,
  selected: SelectedMailbox,
  changes: Changes,
  among: SequenceSet | null,
): void {
  const limits = resolve(among ?? [{ from: 1, to: Number.POSITIVE_INFINITY }], selected.uidNext - 1);
  const gone =
    changes.expunged === null ? gaps(selected) : changes.expunged.map((uid) => ({ from: uid, to: uid }));
  // What is still in the view is told as it goes, behind this command.
  const told = intersect(gone, limits).filter(({ from }) => selected.indexOf(from) < 0);
  if (told.length > 0)
    session.output.text(`* VANISHED (EARLIER) ${formatRanges(resolve(told, selected.uidNext))}\r\n`);
}

function isKnown(known: SequenceSet, uid: number, selected: SelectedMailbox): boolean {
  return resolve(known, selected.largestUid).some(({ from, to }) => uid >= from && uid <= to);
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

/** Both ascending and apart. */
function intersect(a: readonly NumberRange[], b: readonly NumberRange[]): NumberRange[] {
  const common: NumberRange[] = [];
  for (let left = 0, right = 0; left < a.length && right < b.length; ) {
    const [one, two] = [a[left] as NumberRange, b[right] as NumberRange];
    const range = { from: Math.max(one.from, two.from), to: Math.min(one.to, two.to) };
    if (range.from <= range.to) common.push(range);
    if (one.to < two.to) left++;
    else right++;
  }
  return common;
}

/** RFC 7162 §3.2.6: VANISHED as a modifier of UID FETCH. */
export function requireVanishedAllowed(session: Session, isUid: boolean): void {
  if (!isUid || !session.enabled.has('QRESYNC'))
    throw new BadSyntax('VANISHED needs UID FETCH and QRESYNC enabled');
}
