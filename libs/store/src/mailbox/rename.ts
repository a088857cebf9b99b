// Renaming a mailbox and all names below it (RENAME, RFC 9051 §6.3.6). UIDs and UIDVALIDITY stay with the rows.
import type { Database, Queryable } from '../db.ts';
import { moveLocked } from './copy.ts';
import { insertMailbox, MAX_MAILBOXES, nextUidValidity } from './create.ts';
import { slices } from './flags.ts';
import { INBOX, isInferior, mailboxName, superiorNames } from './mailbox-name.ts';
import {
  listMailboxes,
  lockMailbox,
  lockMailboxes,
  type Mailbox,
  type MailboxChange,
} from './mailbox-row.ts';
import { readUids } from './view.ts';

export type RenameOutcome =
  /** Mailboxes whose messages changed: only when INBOX was renamed. */
  | { kind: 'renamed'; changes: MailboxChange[] }
  | { kind: 'noMailbox' }
  | { kind: 'exists' }
  /** A name below, or the new one, would be too long or too deep. */
  | { kind: 'badName' }
  | { kind: 'tooMany' };

/** Names as `mailboxName` gives them. Superior names that the new one lacks are made. */
export function renameMailbox(
  db: Database,
  accountId: number,
  from: string,
  to: string,
): Promise<RenameOutcome> {
  return db.transaction<RenameOutcome>(async (tx) => {
    const uidValidity = await nextUidValidity(tx, accountId, superiorNames(to).length + 1);
    const present = await listMailboxes(tx, accountId);
    const names = new Set(present.map((mailbox) => mailbox.name));
    if (names.has(to)) return { kind: 'exists' };
    // A tree can't move into itself, nor take the place of another.
    if (isInferior(to, from) && from !== INBOX) return { kind: 'badName' };
    const moving = present.filter((each) => each.name === from || isInferior(each.name, from));
    if (moving.length === 0) return { kind: 'noMailbox' };
    const missing = superiorNames(to).filter((each) => !names.has(each));
    const added = missing.length + (from === INBOX ? 1 : 0);
    if (present.length + added > MAX_MAILBOXES) return { kind: 'tooMany' };
    const renamed = moving.map((each) => to + each.name.slice(from.length));
    if (from !== INBOX) {
      if (renamed.some((name) => mailboxName(name) !== name)) return { kind: 'badName' };
      if (renamed.some((name) => names.has(name))) return { kind: 'exists' };
    }
    for (const [index, name] of missing.entries()) {
      await insertMailbox(tx, { accountId, name, uidValidity: uidValidity + index, specialUse: null });
    }
    if (from === INBOX) {
      const changes = await renameInbox(tx, accountId, to, uidValidity + missing.length);
      return changes === null ? { kind: 'noMailbox' } : { kind: 'renamed', changes };
    }
    await renameTree(tx, accountId, moving, from, to);
    return { kind: 'renamed', changes: [] };
  });
}

async function renameTree(
  tx: Queryable,
  accountId: number,
  moving: readonly Mailbox[],
  from: string,
  to: string,
): Promise<void> {
  const ids = moving.map((mailbox) => mailbox.id);
  await lockMailboxes(tx, ids);
  await tx.query({
    name: 'mailbox_rename',
    text: `update store.mailbox set name = $3 || substr(name, length($4) + 1)
      where account_id = $1 and id = any($2::int8[])`,
    values: [accountId, ids, to, from],
  });
}

// RFC 9051 §6.3.6: renaming INBOX moves its messages to a new mailbox and leaves it empty; names below it stay.
async function renameInbox(
  tx: Queryable,
  accountId: number,
  to: string,
  uidValidity: number,
): Promise<MailboxChange[] | null> {
  const [inbox] = (await listMailboxes(tx, accountId)).filter((each) => each.name === INBOX);
  if (inbox === undefined || (await lockMailbox(tx, inbox.id)) === null) return null;
  let target = await insertMailbox(tx, { accountId, name: to, uidValidity, specialUse: null });
  let changes: MailboxChange[] = [];
  for (const slice of slices(await readUids(tx, inbox.id))) {
    const source = (await lockMailbox(tx, inbox.id)) as Mailbox;
    const moved = await moveLocked(tx, { from: source, to: target }, slice);
    target = (await lockMailbox(tx, target.id)) as Mailbox;
    changes = [
      { mailboxId: inbox.id, modSeq: moved.fromModSeq ?? source.modSeq },
      { mailboxId: target.id, modSeq: moved.modSeq },
    ];
  }
  return changes;
}
