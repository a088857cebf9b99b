// SORT (RFC 5256 §3), with RETURN (RFC 5267 §3).
import type { Run } from '../command.ts';
import { bad } from '../reply.ts';
import { takeReturnOptions } from '../search/return-options.ts';
import { runSearch, type SearchOutcome, tellFound } from '../search/search-request.ts';
import { parseSortCriteria } from '../sort/sort-criteria.ts';
import { sortMessages } from '../sort/sort-messages.ts';

export const sort: Run = async (session, command) => {
  const { cursor, tag } = command;
  cursor.space();
  const options = takeReturnOptions(cursor);
  const criteria = parseSortCriteria(cursor);
  cursor.space();
  // RFC 5256 §3: unlike that of SEARCH, the charset has to be named.
  const charset = cursor.astring();
  cursor.space();
  const { selected } = session;
  if (selected === null) return bad('select a mailbox first');
  if (options?.asked.has('SAVE')) selected.savedUids = new Uint32Array(0);
  const found = await runSearch(session, selected, command, charset);
  if ('status' in found) return found;
  // What is held while a large mailbox is sorted is held by a few sessions at a time.
  const sorted = await session.server.sorting.run(() =>
    sortMessages(session, selected, found.uids, { criteria, tag }),
  );
  return tellFound(session, selected, command, 'SORT', options, {
    uids: sorted.uids,
    modSeqs: found.asksModSeq ? modSeqsOf(found, sorted.uids) : [],
    isSomeGone: found.isSomeGone || sorted.isSomeGone,
    asksModSeq: found.asksModSeq,
  });
};

/** Of these messages, which are among those that were found. */
function modSeqsOf(found: SearchOutcome, uids: readonly number[]): number[] {
  const byUid = new Map(found.uids.map((uid, at) => [uid, found.modSeqs[at] as number]));
  return uids.map((uid) => byUid.get(uid) as number);
}
