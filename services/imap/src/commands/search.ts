// SEARCH (RFC 9051 §6.4.4): candidates come from the database in pages, what rows can't decide is read.
import { type ContentColumn, fetchMessages, findMessages } from '@pochtar/store/mailbox';
import type { Command } from '../command-reader.ts';
import type { Run, Session } from '../command.ts';
import { bad, no, ok } from '../reply.ts';
import { Evaluator } from '../search/evaluate.ts';
import { cost, isImpossible, planSearch, type SearchPlan } from '../search/plan.ts';
import { parseSearchKeys, type SearchKey } from '../search/search-key.ts';
import { formatSearchAnswer, RETURN_OPTIONS, type ReturnOption, savedOf } from '../search/search-result.ts';
import { SearchedMessage } from '../search/searched-message.ts';
import type { SelectedMailbox } from '../selected-mailbox.ts';
import { isRecent } from '../sync.ts';
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';

interface SearchRequest {
  options: Set<ReturnOption> | null;
  charset: string;
  key: SearchKey;
}

interface Found {
  uids: number[];
  highestModSeq: number;
}

// RFC 9051 §6.4.4: UTF-8 and US-ASCII have to be known.
const CHARSETS = ['UTF-8', 'US-ASCII'];

export const search: Run = async (session, command) => {
  const request = readRequest(session, command);
  const { selected } = session;
  if (selected === null) return bad('select a mailbox first');
  // RFC 9051 §6.4.4.1: a search that fails leaves nothing saved.
  if (request.options?.has('SAVE')) selected.savedUids = new Uint32Array(0);
  if (!CHARSETS.includes(request.charset)) return no('unknown charset', `BADCHARSET (${CHARSETS.join(' ')})`);
  const asksModSeq = mentionsModSeq(request.key);
  if (asksModSeq) session.enabled.add('CONDSTORE');
  const found = await find(session, selected, request.key, asksModSeq);
  if (request.options?.has('SAVE')) selected.savedUids = savedOf(request.options, found.uids);
  const isUid = command.name === 'UID SEARCH';
  // RFC 9051 §6.4.4.1: asked to save and nothing else, there is nothing to tell.
  if (request.options?.size === 1 && request.options.has('SAVE')) return ok('done');
  session.output.text(
    formatSearchAnswer({
      tag: command.tag,
      isUid,
      options: request.options,
      numbers: isUid ? found.uids : found.uids.map((uid) => selected.indexOf(uid) + 1),
      modSeq: asksModSeq ? found.highestModSeq : null,
    }),
  );
  return ok('done');
};

function readRequest(session: Session, { cursor }: Command): SearchRequest {
  cursor.space();
  let options: Set<ReturnOption> | null = null;
  if (cursor.takeWord('RETURN')) {
    cursor.space();
    options = readOptions(cursor);
    cursor.space();
  }
  let charset = 'UTF-8';
  if (cursor.takeWord('CHARSET')) {
    cursor.space();
    charset = cursor.astring().toUpperCase();
    cursor.space();
  }
  const key = parseSearchKeys(cursor, Date.now());
  // RFC 9051 §6.4.4: IMAP4rev2 knows ESEARCH only.
  if (options === null && session.isRev2) options = new Set<ReturnOption>(['ALL']);
  return { options, charset, key };
}

function readOptions(cursor: Cursor): Set<ReturnOption> {
  const options = new Set(
    cursor.list(() => {
      const word = cursor.word();
      const option = RETURN_OPTIONS.find((each) => each === word);
      if (option === undefined) throw new BadSyntax(`unknown return option ${word.slice(0, 40)}`);
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
  const found: Found = { uids: [], highestModSeq: 0 };
  if (isImpossible(plan.filter) || selected.count === 0) return found;
  const evaluator = new Evaluator(selected, (uid) => isRecent(session, selected, uid));
  // Sequence sets that have to hold need no look at any message.
  const sequences = plan.left.filter((each) => each.kind === 'sequence');
  const left = plan.left.filter((each) => each.kind !== 'sequence');
  const columns = columnsFor(left);
  for await (const page of candidates(session, selected, plan)) {
    const uids = page.filter(
      (uid) => selected.indexOf(uid) >= 0 && sequences.every((each) => evaluator.isInSequence(uid, each)),
    );
    if (left.length === 0 && !needsModSeq) for (const uid of uids) found.uids.push(uid);
    else await look(session, selected, { uids, left, columns, evaluator, found });
  }
  return found;
}

async function* candidates(
  session: Session,
  selected: SelectedMailbox,
  plan: SearchPlan,
): AsyncGenerator<number[]> {
  if (plan.isUnfiltered) yield Array.from(selected.uids);
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
  for await (const page of fetchMessages(server.db, selected.id, task.uids, task.columns)) {
    for (const at of page.uids.keys()) {
      const message = new SearchedMessage(server, page, at);
      if (!(await task.evaluator.meetsAll(message, task.left))) continue;
      task.found.uids.push(message.uid);
      task.found.highestModSeq = Math.max(task.found.highestModSeq, message.modSeq);
    }
    // A client that has gone is not worked for.
    if (session.socket.destroyed) return;
  }
}

function columnsFor(left: readonly SearchKey[]): ContentColumn[] {
  const most = Math.max(0, ...left.map(cost));
  if (most === 0) return [];
  return most === 1 ? ['header', 'stored'] : ['header', 'parts', 'stored'];
}
