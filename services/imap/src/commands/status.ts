// STATUS (RFC 9051 §6.3.11).
import type { Run } from '../command.ts';
import { readMailboxName } from '../mailbox-argument.ts';
import { noSuchMailbox, ok } from '../reply.ts';
import { parseStatusItems, statusLine } from '../status-items.ts';
import { requireMailbox } from './select-examine.ts';

export const status: Run = async (session, { cursor }) => {
  cursor.space();
  const name = readMailboxName(session, cursor);
  cursor.space();
  const items = parseStatusItems(cursor);
  cursor.end();
  const mailbox = name === null ? null : await requireMailbox(session, name);
  if (mailbox === null) return noSuchMailbox;
  session.output.text(await statusLine(session, mailbox, items));
  return ok('done');
};
