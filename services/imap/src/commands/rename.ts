// RENAME (RFC 9051 §6.3.6).
import { isNewName, renameMailbox } from '@pochtar/store/mailbox';
import type { Run } from '../command.ts';
import { readMailboxName } from '../mailbox-argument.ts';
import { badMailboxName, no, noSuchMailbox, ok } from '../reply.ts';
import { announce, announceNames } from '../server.ts';

export const rename: Run = async (session, { cursor }) => {
  cursor.space();
  const from = readMailboxName(session, cursor);
  cursor.space();
  const to = readMailboxName(session, cursor);
  cursor.end();
  if (from === null) return noSuchMailbox;
  if (to === null || !isNewName(to)) return badMailboxName;
  const outcome = await renameMailbox(session.server.db, session.accountId, from, to);
  switch (outcome.kind) {
    case 'renamed':
      session.notifier?.own(from, to);
      announce(session.server, session.accountId, outcome.changes);
      announceNames(session.server, session.accountId);
      if (outcome.changes.some(({ mailboxId }) => mailboxId === session.selected?.id)) session.changed();
      return ok('renamed');
    case 'noMailbox':
      return noSuchMailbox;
    case 'exists':
      return no('there is a mailbox of this name', 'ALREADYEXISTS');
    case 'badName':
      return badMailboxName;
    case 'tooMany':
      return no('the account has too many mailboxes', 'LIMIT');
  }
};
