// SEARCH (RFC 9051 §6.4.4): candidates come from the database in pages, what rows can't decide is read.
import { Turn } from '@pochtar/runtime';
import { type ContentColumn, fetchMessages, findMessages } from '@pochtar/store/mailbox';
import type { Command } from '../command-reader.ts';
import type { Run, Session } from '../command.ts';
import { enableCondstore } from '../condstore.ts';
import { bad, no, ok } from '../reply.ts';
import { Evaluator } from '../search/evaluate.ts';
import { cost, isImpossible, planSearch, type SearchPlan } from '../search/plan.ts';
import { parseSearchKeys, type SearchKey } from '../search/search-key.ts';
import { NEEDED_CHARSETS, searchDecoder } from '../search/search-charset.ts';
import {
  formatSearchAnswer,
  modSeqOf,
  RETURN_OPTIONS,
  type ReturnOption,
  savedOf,
} from '../search/search-result.ts';
import { SearchedMessage } from '../search/searched-message.ts';
import type { SelectedMailbox } from '../selected-mailbox.ts';
import { isRecent, sync } from '../sync.ts';
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';

interface SearchRequest {
  options: Set<ReturnOption> | null;
  /** Of the strings; null: nobody knows the charset. */
  decode: ((octets: string) => string) | null;
}

interface Found {
  uids: number[];
  /** Of each, where the search is about MODSEQs. */
  modSeqs: number[];
  /** A message of the view was gone when it was to be looked at. */
  isSomeGone: boolean;
}

export const search: Run = async (session, command) => {
  const request = readRequest(session, command);
  const { selected } = session;
  if (selected === null) return bad('select a mailbox first');
  const { options, decode } = request;
  // RFC 9051 §6.4.4.1: a search that fails leaves nothing saved.
  if (options?.has('SAVE')) selected.savedUids = new Uint32Array(0);
  if (decode === null) return no('unknown charset', `BADCHARSET (${NEEDED_CHARSETS.join(' ')})`);
  const key = parseSearchKeys(command.cursor, Date.now(), decode);
  const asksModSeq = mentionsModSeq(key);
  if (asksModSeq) enableCondstore(session);
  const isUid = command.name === 'UID SEARCH';
  // What is gone is in no result, whichever way the messages are looked for; so it has to be known.
  selected.isDirty = true;
  await sync(session, { isExpungeAllowed: isUid });
  const found = await find(session, selected, key, asksModSeq);
  if (options?.has('SAVE')) selected.savedUids = savedOf(options, found.uids);
  if (found.isSomeGone) selected.isDirty = true;
  // RFC 5530 §3: messages that the client still has are not among the results.
  const reply = ok('done', !isUid && (found.isSomeGone || selected.gone.size > 0) ? 'EXPUNGEISSUED' : null);
  // RFC 9051 §6.4.4.1: asked to save and nothing else, there is nothing to tell.
  if (options?.size === 1 && options.has('SAVE')) return reply;
  const modSeq = asksModSeq ? modSeqOf(options, found.modSeqs) : null;
  if (modSeq !== null) selected.noteTold(modSeq);
  session.output.text(
    formatSearchAnswer({
      tag: command.tag,
      isUid,
      options,
      numbers: isUid ? found.uids : found.uids.map((uid) => selected.indexOf(uid) + 1),
      modSeq,
    }),
  );
  return reply;
};

function readRequest(session: Session, { cursor }: Command): SearchRequest {
  cursor.space();
  let options: Set<ReturnOption> | null = null;
  if (cursor.takeWord('RETURN')) {
    cursor.space();
    options = readOptions(cursor);
    cursor.space();
  }
  let charset: string | null = null;
  if (cursor.takeWord('CHARSET')) {
    cursor.space();
    charset = cursor.astring();
    cursor.space();
  }
  // RFC 9051 §6.4.4: IMAP4rev2 knows ESEARCH only.
  if (options === null && session.isRev2) options = new Set<ReturnOption>(['ALL']);
  return { options, decode: searchDecoder(charset) };
}

function readOptions(cursor: Cursor): Set<ReturnOption> {
  const options = new Set(
    cursor.list(() => {
      const word = cursor.word();
      const option = RETURN_OPTIONS.find((each) => each === word);
      if (option === undefined) throw new BadSyntax('unknown return option');
      return option;
    }),
  );
  // RFC 9051 §6.4.4: `RETURN ()` is ALL.
  return options.size === 0 ? new Set<ReturnOption>(['ALL']) : options;
}

function mentionsModSeq(key: SearchKey): boolean {
  if (key.kind === 'and' || key.kind === 'or') return key.keys.some(mentionsModSeq);
  return key.kind === 'not' ? mentionsModSeq(key.key) : key.kind === 'modSeq';
}

async function find(
  session: Session,
  selected: SelectedMailbox,
  key: SearchKey,
  needsModSeq: boolean,
): Promise<Found> {
  const plan = planSearch(key);
  const found: Found = { uids: [], modSeqs: [], isSomeGone: false };
  if (isImpossible(plan.filter) || selected.count === 0) return found;
  const evaluator = new Evaluator(selected, (uid) => isRecent(session, selected, uid));
  // Sequence sets that have to hold need no look at any message.
  const sequences = plan.left.filter((each) => each.kind === 'sequence');
  const left = plan.left.filter((each) => each.kind !== 'sequence');
  const columns = columnsFor(left);
  const turn = new Turn();
  for await (const page of candidates(session, selected, plan)) {
    const uids: number[] = [];
    for (const uid of page) {
      if (turn.isOver) await turn.pass();
      if (selected.indexOf(uid) < 0 || selected.gone.has(uid)) continue;
      if (sequences.every((each) => evaluator.isInSequence(uid, each))) uids.push(uid);
    }
    if (left.length === 0 && !needsModSeq) for (const uid of uids) found.uids.push(uid);
    else await look(session, selected, { uids, left, columns, evaluator, found });
  }
  return found;
}

async function* candidates(
  session: Session,
  selected: SelectedMailbox,
  plan: SearchPlan,
): AsyncGenerator<ArrayLike<number> & Iterable<number>> {
  if (plan.isUnfiltered) yield selected.uids;
  else {
    yield* findMessages(session.server.db, selected.id, plan.filter, selected.uidAt(0), selected.largestUid);
  }
}

interface Look {
  uids: readonly number[];
  left: readonly SearchKey[];
  columns: readonly ContentColumn[];
  evaluator: Evaluator;
  found: Found;
}

async function look(session: Session, selected: SelectedMailbox, task: Look): Promise<void> {
  const { server } = session;
  const { found } = task;
  let count = 0;
  for await (const page of fetchMessages(server.db, selected.id, task.uids, task.columns)) {
    count += page.uids.length;
    for (const at of page.uids.keys()) {
      const message = new SearchedMessage(server, page, at);
      if (!(await task.evaluator.meetsAll(message, task.left))) continue;
      found.uids.push(message.uid);
      found.modSeqs.push(message.modSeq);
    }
    // A client that has gone is not worked for.
    if (session.socket.destroyed) return;
  }
  if (count < task.uids.length) found.isSomeGone = true;
}

function columnsFor(left: readonly SearchKey[]): ContentColumn[] {
  const most = Math.max(0, ...left.map(cost));
  if (most === 0) return [];
  return most === 1 ? ['header', 'stored'] : ['header', 'parts', 'stored'];
}
