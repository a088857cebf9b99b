// DELETE (RFC 9051 §6.3.5).
import { deleteMailbox } from '@pochtar/store/mailbox';
import type { Run } from '../command.ts';
import { readMailboxName } from '../mailbox-argument.ts';
import { badMailboxName, no, noSuchMailbox, ok } from '../reply.ts';
import { announce } from '../server.ts';

export const deleteCommand: Run = async (session, { cursor }) => {
  cursor.space();
  const name = readMailboxName(session, cursor);
  cursor.end();
  if (name === null) return badMailboxName;
  const outcome = await deleteMailbox(session.server.db, session.accountId, name);
  switch (outcome.kind) {
    case 'deleted':
      if (session.selected?.id === outcome.mailboxId) {
        session.deselect();
        session.output.text('* OK [CLOSED] the selected mailbox was deleted\r\n');
      }
      session.notifier?.own(name);
      // Sessions that have it selected look, and find it gone.
      announce(session.server, session.accountId, [
        { mailboxId: outcome.mailboxId, modSeq: Number.MAX_SAFE_INTEGER },
      ]);
      return ok('deleted');
    case 'noMailbox':
      return noSuchMailbox;
    case 'hasChildren':
      return no('only mailboxes below this name exist', 'HASCHILDREN');
    case 'isInbox':
      return no('INBOX can not be deleted', 'CANNOT');
  }
};
