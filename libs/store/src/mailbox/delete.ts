// Deleting a mailbox (DELETE, RFC 9051 §6.3.5).
import type { Database, Queryable } from '../db.ts';
import { nextUidValidity } from './create.ts';
import { INBOX, isInferior } from './mailbox-name.ts';
import { listMailboxes, lockMailbox } from './mailbox-row.ts';

export type DeleteOutcome =
  | { kind: 'deleted'; mailboxId: number }
  | { kind: 'noMailbox' }
  /** Only names below it exist. */
  | { kind: 'hasChildren' }
  | { kind: 'isInbox' };

/**
 * Deletes a mailbox with its messages; names below it stay, and so does a subscription to it (RFC 9051 §6.3.5,
 * §6.3.7).
 */
export function deleteMailbox(db: Database, accountId: number, name: string): Promise<DeleteOutcome> {
  return db.transaction<DeleteOutcome>(async (tx) => {
    if (name === INBOX) return { kind: 'isInbox' };
    await nextUidValidity(tx, accountId);
    const present = await listMailboxes(tx, accountId);
    const mailbox = present.find((each) => each.name === name);
    if (mailbox === undefined) {
      return present.some((each) => isInferior(each.name, name))
        ? { kind: 'hasChildren' }
        : { kind: 'noMailbox' };
    }
    await removeMailbox(tx, mailbox.id);
    return { kind: 'deleted', mailboxId: mailbox.id };
  });
}

async function removeMailbox(tx: Queryable, id: number): Promise<void> {
  await lockMailbox(tx, id);
  await tx.query({
    name: 'mailbox_remove_messages',
    text: `with gone as (delete from store.message where mailbox_id = $1 returning content_id)
      insert into store.maybe_dead (content_id) select content_id from gone`,
    values: [id],
  });
  await tx.query({
    name: 'mailbox_remove_expunged',
    text: 'delete from store.expunged where mailbox_id = $1',
    values: [id],
  });
  await tx.query({ name: 'mailbox_remove', text: 'delete from store.mailbox where id = $1', values: [id] });
}
