// Deleting mailboxes (DELETE, RFC 9051 §6.3.5), one or all of an account.
import type { Database, Queryable } from '../db.ts';
import { nextUidValidity } from './create.ts';
import { INBOX, isInferior } from './mailbox-name.ts';
import { listMailboxes, lockMailboxes } from './mailbox-row.ts';

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
    await removeMailboxes(tx, [mailbox.id]);
    return { kind: 'deleted', mailboxId: mailbox.id };
  });
}

/** Everything of an account that is being deleted: mailboxes, messages, subscriptions. */
export async function deleteAllMailboxes(tx: Queryable, accountId: number): Promise<void> {
  await nextUidValidity(tx, accountId);
  const present = await listMailboxes(tx, accountId);
  await removeMailboxes(
    tx,
    present.map((mailbox) => mailbox.id),
  );
  await tx.query({ text: 'delete from store.subscription where account_id = $1', values: [accountId] });
  await tx.query({ text: 'delete from store.uid_validity where account_id = $1', values: [accountId] });
}

async function removeMailboxes(tx: Queryable, ids: readonly number[]): Promise<void> {
  await lockMailboxes(tx, ids);
  await tx.query({
    name: 'mailbox_remove_messages',
    text: `with gone as (delete from store.message where mailbox_id = any($1::int8[]) returning content_id)
      insert into store.maybe_dead (content_id) select content_id from gone`,
    values: [ids],
  });
  await tx.query({
    name: 'mailbox_remove_expunged',
    text: 'delete from store.expunged where mailbox_id = any($1::int8[])',
    values: [ids],
  });
  await tx.query({
    name: 'mailbox_remove',
    text: 'delete from store.mailbox where id = any($1::int8[])',
    values: [ids],
  });
}
