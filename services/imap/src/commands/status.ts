// STATUS (RFC 9051 §6.3.11).
import type { Run } from '../command.ts';
import { enableCondstore } from '../condstore.ts';
import { readMailboxName } from '../mailbox-argument.ts';
import { noSuchMailbox, ok } from '../reply.ts';
import { parseStatusItems, readStatusCounts, statusLine } from '../status-items.ts';
import { requireMailbox } from './select-examine.ts';

export const status: Run = async (session, { cursor }) => {
  cursor.space();
  const name = readMailboxName(session, cursor);
  cursor.space();
  const items = parseStatusItems(cursor);
  cursor.end();
  const mailbox = name === null ? null : await requireMailbox(session, name);
  if (mailbox === null) return noSuchMailbox;
  const counts = await readStatusCounts(session, [mailbox], items);
  session.output.text(statusLine(session, mailbox, items, counts));
  // RFC 7162 §3.1: asking for it enables CONDSTORE.
  if (items.includes('HIGHESTMODSEQ')) enableCondstore(session);
  return ok('done');
};
