// Making mailboxes (CREATE, RFC 9051 §6.3.4; CREATE-SPECIAL-USE, RFC 6154 §3), and those that a new account starts with.
import type { Database, Queryable } from '../db.ts';
import { INBOX, mailboxName, superiorNames } from './mailbox-name.ts';
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
  return db.transaction<CreateOutcome>(async (tx) => {
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
  });
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

/** INBOX is always there: made when it is missing. */
export function ensureInbox(db: Database, accountId: number): Promise<void> {
  return db.transaction((tx) => createFirstMailboxes(tx, accountId, []));
}

/**
 * INBOX and the folders of a new account (setting general.autoCreateFolders), all of them subscribed. Leaves
 * what is there; names that no mailbox can have are passed over.
 */
export async function createFirstMailboxes(
  tx: Queryable,
  accountId: number,
  folders: readonly { name: string; specialUse: SpecialUse | 'none' | null }[],
): Promise<void> {
  const wanted = new Map<string, SpecialUse | null>([[INBOX, null]]);
  for (const folder of folders) {
    const name = mailboxName(folder.name);
    if (name === null || wanted.has(name)) continue;
    for (const superior of superiorNames(name)) if (!wanted.has(superior)) wanted.set(superior, null);
    wanted.set(name, folder.specialUse === 'none' ? null : folder.specialUse);
  }
  const first = await nextUidValidity(tx, accountId, wanted.size);
  const names = [...wanted.keys()];
  await tx.query({
    name: 'mailbox_insert_first',
    text: `insert into store.mailbox (account_id, name, uid_validity, special_use)
      select $1, name, $2 + place - 1, special_use
      from unnest($3::text[], $4::text[]) with ordinality as f (name, special_use, place)
      on conflict (account_id, name) do nothing`,
    values: [accountId, first, names, [...wanted.values()]],
  });
  await tx.query({
    name: 'mailbox_subscribe_first',
    text: `insert into store.subscription (account_id, name) select $1, unnest($2::text[]) on conflict do nothing`,
    values: [accountId, names],
  });
}
