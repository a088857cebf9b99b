// CREATE (RFC 9051 §6.3.4), with USE (RFC 6154 §3).
import { createMailbox, DELIMITER, isNewName, type SpecialUse } from '@pochtar/store/mailbox';
import type { Run, Session } from '../command.ts';
import { formatMailboxName, readGivenName } from '../mailbox-argument.ts';
import { mailboxId } from '../object-id.ts';
import { badMailboxName, no, ok } from '../reply.ts';
import { announceNames } from '../server.ts';
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';

const USES: readonly SpecialUse[] = ['Archive', 'Drafts', 'Flagged', 'Junk', 'Sent', 'Trash'];

export const create: Run = async (session, { cursor }) => {
  cursor.space();
  const { given, name } = readGivenName(session, cursor);
  const uses = cursor.take(' ') ? readUses(cursor) : [];
  cursor.end();
  if (name === null || !isNewName(name)) return badMailboxName;
  const use = USES.find((each) => each.toUpperCase() === uses[0]);
  // RFC 6154 §3: USEATTR where a use is unknown or more than we can give.
  if (uses.length > 1 || (uses.length === 1 && use === undefined)) {
    return no('this use can not be given to a mailbox', 'USEATTR');
  }
  const outcome = await createMailbox(session.server.db, session.accountId, name, use ?? null);
  switch (outcome.kind) {
    case 'created':
      tellOldName(session, given, name);
      session.notifier?.own(name);
      announceNames(session.server, session.accountId);
      // RFC 8474 §4.1
      return ok('created', `MAILBOXID (${mailboxId(outcome.mailbox)})`);
    case 'exists':
      return no('there is a mailbox of this name', 'ALREADYEXISTS');
    case 'useTaken':
      return no('another mailbox has this use', 'USEATTR');
    case 'tooMany':
      return no('the account has too many mailboxes', 'LIMIT');
  }
};

// RFC 9051 §6.3.4: a name that was changed on the way in is told with the one that was given.
function tellOldName(session: Session, given: string, name: string): void {
  const old = given.endsWith(DELIMITER) ? given.slice(0, -1) : given;
  if (!session.isRev2 || old === name) return;
  const [shown, before] = [name, old].map((each) => formatMailboxName(session, each));
  session.output.text(`* LIST () "/" ${shown} ("OLDNAME" (${before}))\r\n`);
}

/** `(USE (\Sent))` in capitals, without backslashes. */
function readUses(cursor: Cursor): string[] {
  cursor.expect('(');
  if (!cursor.takeWord('USE')) throw new BadSyntax('unknown parameter');
  cursor.space();
  const uses = cursor.list(() => {
    cursor.expect('\\');
    return cursor.word();
  });
  cursor.expect(')');
  return uses;
}
