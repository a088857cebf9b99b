// SEARCH (RFC 9051 §6.4.4).
import type { Run } from '../command.ts';
import { bad } from '../reply.ts';
import { RETURN_ALL, takeReturnOptions } from '../search/return-options.ts';
import { runSearch, tellFound } from '../search/search-request.ts';
import { BadSyntax } from '../syntax/cursor.ts';

export const search: Run = async (session, command) => {
  const { cursor } = command;
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
  return tellFound(session, selected, command, 'SEARCH', options, found);
};
