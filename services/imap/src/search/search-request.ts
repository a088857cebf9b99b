// A search, whatever is made of what it finds: its charset, its keys, and the run (RFC 9051 §6.4.4; RFC 5256 §3 for SORT and
// THREAD).
import type { Command } from '../command-reader.ts';
import type { Session } from '../command.ts';
import { enableCondstore } from '../condstore.ts';
import { no, ok, type Reply } from '../reply.ts';
import type { SelectedMailbox } from '../selected-mailbox.ts';
import { sync } from '../sync.ts';
import { uidRequired } from '../uid-only.ts';
import { findInView, type Found, mentionsModSeq, mentionsNumbers } from './find.ts';
import { NEEDED_CHARSETS, searchDecoder } from './search-charset.ts';
import type { ReturnOptions } from './return-options.ts';
import { parseSearchKeys } from './search-key.ts';
import { formatSearchAnswer, modSeqOf, savedOf } from './search-result.ts';

const unknownCharset = no('unknown charset', `BADCHARSET (${NEEDED_CHARSETS.join(' ')})`);

export interface SearchOutcome extends Found {
  /** The search is about MODSEQs, and so is its answer. */
  asksModSeq: boolean;
}

/** Reads the keys up to the end of the command, and finds what meets them. */
export async function runSearch(
  session: Session,
  selected: SelectedMailbox,
  { cursor, name, tag }: Command,
  charset: string | null,
): Promise<SearchOutcome | Reply> {
  const decode = searchDecoder(charset);
  if (decode === null) return unknownCharset;
  const key = parseSearchKeys(cursor, Date.now(), decode);
  // RFC 9586 §3.3
  if (session.enabled.has('UIDONLY') && mentionsNumbers(key)) return uidRequired;
  const asksModSeq = mentionsModSeq(key);
  if (asksModSeq) enableCondstore(session);
  // What is gone is in no result, whichever way the messages are looked for; so it has to be known.
  selected.isDirty = true;
  await sync(session, { isExpungeAllowed: name.startsWith('UID ') });
  return { ...(await findInView(session, selected, { key, needsModSeq: asksModSeq, tag })), asksModSeq };
}

/** The tagged answer behind what was found. */
export function searchDone(selected: SelectedMailbox, { name }: Command, { isSomeGone }: Found): Reply {
  if (isSomeGone) selected.isDirty = true;
  const isUid = name.startsWith('UID ');
  // RFC 5530 §3: messages that the client still has are not among the results.
  return ok('done', !isUid && (isSomeGone || selected.gone.size > 0) ? 'EXPUNGEISSUED' : null);
}

/** As the client numbers them. */
export function numbersOf(
  selected: SelectedMailbox,
  uids: readonly number[],
  isUid: boolean,
): readonly number[] {
  return isUid ? uids : uids.map((uid) => selected.indexOf(uid) + 1);
}

/** What SEARCH and SORT do with what was found, in the order in which it is told: keep it, tell it, end the command. */
export function tellFound(
  { output }: Session,
  selected: SelectedMailbox,
  command: Command,
  name: 'SEARCH' | 'SORT',
  options: ReturnOptions | null,
  found: SearchOutcome,
): Reply {
  const isSaved = options?.asked.has('SAVE') ?? false;
  if (options !== null && isSaved) selected.savedUids = savedOf(options, found.uids);
  const reply = searchDone(selected, command, found);
  // RFC 9051 §6.4.4.1: asked to save and nothing else, there is nothing to tell.
  if (isSaved && options?.asked.size === 1) return reply;
  const modSeq = found.asksModSeq ? modSeqOf(options, found.modSeqs) : null;
  if (modSeq !== null) selected.noteTold(modSeq);
  const isUid = command.name.startsWith('UID ');
  const numbers = numbersOf(selected, found.uids, isUid);
  output.text(formatSearchAnswer({ name, tag: command.tag, isUid, options, numbers, modSeq }));
  return reply;
}
