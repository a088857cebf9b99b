// SEARCH (RFC 9051 §6.4.4).
import type { Run } from '../command.ts';
import { bad } from '../reply.ts';
import { RETURN_ALL, takeReturnOptions } from '../search/return-options.ts';
import { numbersOf, runSearch, searchDone } from '../search/search-request.ts';
import { BadSyntax } from '../syntax/cursor.ts';
import { formatSearchAnswer, modSeqOf, savedOf } from '../search/search-result.ts';

export const search: Run = async (session, command) => {
  const { cursor, tag } = command;
  cursor.space();
  // RFC 9051 §6.4.4: IMAP4rev2 knows ESEARCH only.
  const options = takeReturnOptions(cursor) ?? (session.isRev2 ? RETURN_ALL : null);
  let charset: string | null = null;
  if (cursor.takeWord('CHARSET')) {
    // RFC 6855 §3: whoever speaks UTF-8 names no other charset.
    if (session.enabled.has('UTF8=ACCEPT')) throw new BadSyntax('no charset with UTF8=ACCEPT');
    cursor.space();
    charset = cursor.astring();
    cursor.space();
  }
  const { selected } = session;
  if (selected === null) return bad('select a mailbox first');
  // RFC 9051 §6.4.4.1: a search that fails leaves nothing saved.
  if (options?.asked.has('SAVE')) selected.savedUids = new Uint32Array(0);
  const found = await runSearch(session, selected, command, charset);
  if ('status' in found) return found;
  if (options?.asked.has('SAVE')) selected.savedUids = savedOf(options, found.uids);
  const reply = searchDone(selected, command, found);
  // RFC 9051 §6.4.4.1: asked to save and nothing else, there is nothing to tell.
  if (options?.asked.size === 1 && options.asked.has('SAVE')) return reply;
  const modSeq = found.asksModSeq ? modSeqOf(options, found.modSeqs) : null;
  if (modSeq !== null) selected.noteTold(modSeq);
  const isUid = command.name === 'UID SEARCH';
  const numbers = numbersOf(selected, found.uids, isUid);
  session.output.text(formatSearchAnswer({ name: 'SEARCH', tag, isUid, options, numbers, modSeq }));
  return reply;
};
