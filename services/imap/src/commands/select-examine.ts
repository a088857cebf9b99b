// SELECT and EXAMINE (RFC 9051 §6.3.2, §6.3.3; RFC 3501 §6.3.1 for clients that have not enabled IMAP4rev2).
import {
  ensureInbox,
  findMailbox,
  firstUnseen,
  FLAG,
  INBOX,
  type Mailbox,
  openView,
  type OpenedView,
} from '@pochtar/store/mailbox';
import type { Command } from '../command-reader.ts';
import type { Run, Session } from '../command.ts';
import { formatMailboxName, readMailboxName } from '../mailbox-argument.ts';
import { mailboxId } from '../object-id.ts';
import { badMailboxName, noSuchMailbox, ok, type Reply } from '../reply.ts';
import { SelectedMailbox } from '../selected-mailbox.ts';
import { claimRecentFor, tellKnownFlags } from '../sync.ts';
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';
import { parseQuickResync, type QuickResync, tellMissed } from '../vanished.ts';

export const select: Run = (session, command) => open(session, command, false);
export const examine: Run = (session, command) => open(session, command, true);

async function open(session: Session, { cursor }: Command, isReadOnly: boolean): Promise<Reply> {
  cursor.space();
  const name = readMailboxName(session, cursor);
  const resync = cursor.take(' ') ? readParameters(session, cursor) : null;
  cursor.end();
  // RFC 9051 §6.3.2: the old mailbox is deselected even when the new one can't be selected.
  if (session.selected !== null) {
    session.deselect();
    // RFC 9051 §7.1: what follows is about the new one.
    session.output.text('* OK [CLOSED] the previous mailbox is closed\r\n');
  }
  if (name === null) return badMailboxName;
  const { watch } = session.server;
  // What happens from here on is heard when somebody has listened before.
  const isHeard = watch.heard(session.accountId, 0) !== null;
  const mailbox = await requireMailbox(session, name);
  if (mailbox === null) return noSuchMailbox;
  const view = await viewOf(session, mailbox);
  if (view === null) return noSuchMailbox;
  const recentFrom = await claimRecentFor(session, view.mailbox, isReadOnly);
  const selected = new SelectedMailbox(view.mailbox, view.uids, { isReadOnly, recentFrom });
  await describe(session, selected, view.mailbox);
  if (resync !== null) await tellMissed(session, selected, resync);
  session.select(selected);
  // What the bus said before the session listened is asked for.
  selected.isDirty = !isHeard || (watch.heard(session.accountId, mailbox.id) ?? 0) > selected.modSeq;
  return ok('selected', isReadOnly ? 'READ-ONLY' : 'READ-WRITE');
}

/** From the index of the mailbox, mostly; one that is too large for it is read as it is needed. Null: the mailbox is gone. */
async function viewOf({ server }: Session, row: Mailbox): Promise<OpenedView | null> {
  const index = await server.indexes.open(row);
  if (index === null) return openView(server.db, row.id);
  const { modSeq, mailbox, table } = index;
  if (modSeq === row.modSeq) return { mailbox: row, uids: table.uids };
  return { mailbox: { ...mailbox, recentUid: Math.max(mailbox.recentUid, row.recentUid) }, uids: table.uids };
}

/** RFC 7162 §3.1.8, §3.2.5: CONDSTORE, and QRESYNC with what the client knows. */
function readParameters(session: Session, cursor: Cursor): QuickResync | null {
  let resync: QuickResync | null = null;
  cursor.list(() => {
    const word = cursor.word();
    if (word === 'CONDSTORE') session.enabled.add('CONDSTORE');
    else if (word !== 'QRESYNC') throw new BadSyntax('unknown parameter');
    else if (!session.enabled.has('QRESYNC')) throw new BadSyntax('QRESYNC is not enabled');
    else resync = parseQuickResync(cursor);
  });
  return resync;
}

async function describe(session: Session, selected: SelectedMailbox, mailbox: Mailbox): Promise<void> {
  const { output } = session;
  output.text(`* ${selected.count} EXISTS\r\n`);
  if (!session.isRev2) {
    output.text(`* ${selected.recentCount} RECENT\r\n`);
    const unseen = await firstUnseenOf(session, mailbox);
    const index = unseen === null ? -1 : selected.indexOf(unseen);
    // RFC 9586 §3.6: it would be a sequence number.
    if (index >= 0 && !session.enabled.has('UIDONLY'))
      output.text(`* OK [UNSEEN ${index + 1}] first unseen\r\n`);
  }
  tellKnownFlags(session, selected);
  output.text(`* OK [UIDVALIDITY ${selected.uidValidity}] UIDs are valid\r\n`);
  output.text(`* OK [UIDNEXT ${selected.uidNext}] next UID\r\n`);
  output.text(`* OK [HIGHESTMODSEQ ${selected.modSeq}] highest\r\n`);
  // RFC 8474 §4.2
  output.text(`* OK [MAILBOXID (${mailboxId(selected)})] stays with the mailbox\r\n`);
  // RFC 9051 §6.3.2: REQUIRED LIST of the selected mailbox.
  if (session.isRev2) output.text(`* LIST () "/" ${formatMailboxName(session, selected.name)}\r\n`);
}

async function firstUnseenOf({ server }: Session, { id, unseen }: Mailbox): Promise<number | null> {
  const table = server.indexes.peek(id)?.table;
  if (table === undefined) return unseen > 0 ? firstUnseen(server.db, id) : null;
  const at = table.firstWithout(FLAG.seen);
  return at < 0 ? null : table.uidAt(at);
}

/** INBOX is always there. */
export async function requireMailbox(session: Session, name: string): Promise<Mailbox | null> {
  const { db } = session.server;
  const found = await findMailbox(db, session.accountId, name);
  if (found !== null || name !== INBOX) return found;
  await ensureInbox(db, session.accountId);
  return findMailbox(db, session.accountId, name);
}
