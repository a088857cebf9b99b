// Which messages of the selected mailbox meet a search key: candidates come from the database in pages, what rows can't
// decide is read. SEARCH, SORT and THREAD ask the same (RFC 9051 §6.4.4, RFC 5256 §3).
import { Turn } from '@pochtar/runtime';
import { type ContentColumn, fetchMessages, findMessages } from '@pochtar/store/mailbox';
import type { Session } from '../command.ts';
import { Progress } from '../progress.ts';
import type { SelectedMailbox } from '../selected-mailbox.ts';
import { isRecent } from '../sync.ts';
import { Evaluator } from './evaluate.ts';
import { narrowed } from './narrow.ts';
import { isImpossible, planSearch, type SearchPlan } from './plan.ts';
import type { SearchKey } from './search-key.ts';
import { SearchedMessage } from './searched-message.ts';

export interface Found {
  /** Ascending. */
  uids: number[];
  /** Of each, where the search is about MODSEQs. */
  modSeqs: number[];
  /** A message of the view was gone when it was to be looked at. */
  isSomeGone: boolean;
}

/** Of a content, what a key looks at. */
const COLUMNS: Partial<Record<SearchKey['kind'], readonly ContentColumn[]>> = {
  header: ['header', 'stored'],
  sentDate: ['sentDay', 'stored'],
  saveDate: ['savedAt'],
  emailId: ['id'],
  body: ['parts', 'stored'],
  text: ['parts', 'stored'],
};

export const mentionsModSeq = (key: SearchKey): boolean => mentions(key, ({ kind }) => kind === 'modSeq');
/** Sequence numbers; a saved result is none. */
export const mentionsNumbers = (key: SearchKey): boolean =>
  mentions(key, (each) => each.kind === 'sequence' && !each.isUid && each.set !== '$');

function mentions(key: SearchKey, isMeant: (key: SearchKey) => boolean): boolean {
  if (key.kind === 'and' || key.kind === 'or') return key.keys.some((each) => mentions(each, isMeant));
  return key.kind === 'not' ? mentions(key.key, isMeant) : isMeant(key);
}

export async function findInView(
  session: Session,
  selected: SelectedMailbox,
  { key, needsModSeq, tag }: { key: SearchKey; needsModSeq: boolean; tag: string },
): Promise<Found> {
  const plan = planSearch(key);
  const found: Found = { uids: [], modSeqs: [], isSomeGone: false };
  if (isImpossible(plan.filter) || selected.count === 0) return found;
  const evaluator = new Evaluator(selected, (uid) => isRecent(session, selected, uid));
  // Sequence sets that have to hold need no look at any message.
  const sequences = plan.left.filter((each) => each.kind === 'sequence');
  const left = plan.left.filter((each) => each.kind !== 'sequence');
  const columns = columnsFor(left);
  const mayBeMeant = await narrowed(session.server.db, selected, left);
  const progress = new Progress(session, tag, selected.count);
  const turn = new Turn();
  for await (const page of candidates(session, selected, plan)) {
    const uids: number[] = [];
    for (const uid of page) {
      if (turn.isOver) await turn.pass();
      if (mayBeMeant !== null && !mayBeMeant(uid)) continue;
      if (selected.indexOf(uid) < 0 || selected.gone.has(uid)) continue;
      if (sequences.every((each) => evaluator.isInSequence(uid, each))) uids.push(uid);
    }
    if (left.length === 0 && !needsModSeq) for (const uid of uids) found.uids.push(uid);
    else await look(session, selected, { uids, left, columns, evaluator, found, progress });
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
  progress: Progress;
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
    await task.progress.add(page.uids.length);
    // A client that has gone is not worked for.
    if (session.socket.destroyed) return;
  }
  if (count < task.uids.length) found.isSomeGone = true;
}

function columnsFor(left: readonly SearchKey[]): ContentColumn[] {
  const columns = new Set<ContentColumn>();
  const note = (key: SearchKey): void => {
    if (key.kind === 'and' || key.kind === 'or') for (const each of key.keys) note(each);
    else if (key.kind === 'not') note(key.key);
    else for (const column of COLUMNS[key.kind] ?? []) columns.add(column);
  };
  for (const key of left) note(key);
  return [...columns];
}
