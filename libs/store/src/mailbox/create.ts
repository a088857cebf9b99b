// Making mailboxes (CREATE, RFC 9051 §6.3.4; CREATE-SPECIAL-USE, RFC 6154 §3).
import type { Database, Queryable } from '../db.ts';
import { INBOX, superiorNames } from './mailbox-name.ts';
import { listMailboxes, type Mailbox, MAILBOX_COLUMNS, type SpecialUse } from './mailbox-row.ts';

/** Mailboxes of one account. */
export const MAX_MAILBOXES = 1000;

export type CreateOutcome =
  | { kind: 'created'; mailbox: Mailbox }
  | { kind: 'exists' }
  /** Another mailbox has this use. */
  | { kind: 'useTaken' }
  | { kind: 'tooMany' };

/**
 * Takes the account's turn for creating, deleting and renaming, to the end of the transaction, and answers a
 * UIDVALIDITY that none of its mailboxes ever had: the time in seconds, or one more than the last. Comes before
 * mailbox rows in the order of locks.
 */
export async function nextUidValidity(tx: Queryable, accountId: number, count = 1): Promise<number> {
  const [row] = await tx.query<{ last: number }>({
    name: 'mailbox_uid_validity',
    text: `insert into store.uid_validity as v (account_id, last)
      values ($1, greatest(extract(epoch from now())::int8,
        (select coalesce(max(b.uid_validity), 0) + 1 from store.mailbox b where b.account_id = $1)) + $2 - 1)
      on conflict (account_id) do update set last = greatest(excluded.last, v.last + $2)
      returning last`,
    values: [accountId, count],
  });
  return (row as { last: number }).last - count + 1;
}

/** `name` as `mailboxName` gives it. RFC 9051 §6.3.4: superior names that are missing are made too. */
export function createMailbox(
  db: Database,
  accountId: number,
  name: string,
  specialUse: SpecialUse | null = null,
): Promise<CreateOutcome> {
  return db.transaction((tx) => createMailboxIn(tx, accountId, name, specialUse));
}

/** The same in a transaction of the caller's, who has locked no mailbox yet. */
export async function createMailboxIn(
  tx: Queryable,
  accountId: number,
  name: string,
  specialUse: SpecialUse | null,
): Promise<CreateOutcome> {
  const wanted = [...superiorNames(name), name];
  let uidValidity = await nextUidValidity(tx, accountId, wanted.length);
  const present = await listMailboxes(tx, accountId);
  const names = new Set(present.map((mailbox) => mailbox.name));
  if (names.has(name)) return { kind: 'exists' };
  if (specialUse !== null && present.some((mailbox) => mailbox.specialUse === specialUse)) {
    return { kind: 'useTaken' };
  }
  const missing = wanted.filter((each) => !names.has(each));
  if (present.length + missing.length > MAX_MAILBOXES) return { kind: 'tooMany' };
  let created: Mailbox | undefined;
  for (const each of missing) {
    created = await insertMailbox(tx, {
      accountId,
      name: each,
      uidValidity: uidValidity++,
      specialUse: each === name ? specialUse : null,
    });
  }
  return { kind: 'created', mailbox: created as Mailbox };
}

export async function insertMailbox(
  tx: Queryable,
  row: { accountId: number; name: string; uidValidity: number; specialUse: SpecialUse | null },
): Promise<Mailbox> {
  const [mailbox] = await tx.query<Mailbox>({
    name: 'mailbox_insert',
    text: `insert into store.mailbox as b (account_id, name, uid_validity, special_use) values ($1, $2, $3, $4)
      returning ${MAILBOX_COLUMNS}`,
    values: [row.accountId, row.name, row.uidValidity, row.specialUse],
  });
  return mailbox as Mailbox;
}

/** INBOX is always there: made, and subscribed, when it is missing. */
export function ensureInbox(db: Database, accountId: number): Promise<void> {
  return db.transaction(async (tx) => {
    const uidValidity = await nextUidValidity(tx, accountId);
    await tx.query({
      name: 'mailbox_ensure_inbox',
      text: `with made as (
          insert into store.mailbox (account_id, name, uid_validity) values ($1, $2, $3)
          on conflict (account_id, name) do nothing returning name
        )
        insert into store.subscription (account_id, name) select $1, name from made on conflict do nothing`,
      values: [accountId, INBOX, uidValidity],
    });
  });
}
