// The mailbox row: names and counters, and the lock that orders everything.
//
// UID and MODSEQ come from this row. Every change of a mailbox locks it first and holds it to the commit, so
// that per mailbox the order of commits is the order of UIDs and MODSEQs. Locks go by ascending id.
import type { Queryable } from '../db.ts';

/** RFC 6154 §2, without the backslash. */
export type SpecialUse = 'Archive' | 'Drafts' | 'Flagged' | 'Junk' | 'Sent' | 'Trash';

export interface Mailbox {
  id: number;
  accountId: number;
  name: string;
  uidValidity: number;
  uidNext: number;
  /** HIGHESTMODSEQ */
  modSeq: number;
  exists: number;
  unseen: number;
  bytes: number;
  /** Messages with a UID from here on are \Recent to the next session that selects the mailbox. */
  recentUid: number;
  specialUse: SpecialUse | null;
  /** Expunges up to this MODSEQ are forgotten. */
  expungedFloor: number;
  /** Of its messages, those of now and of before; each in its first spelling, at most MAX_MAILBOX_KEYWORDS. */
  usedKeywords: string[];
}

/** After a change: what to announce once it is committed. */
export interface MailboxChange {
  mailboxId: number;
  modSeq: number;
}

export const MAILBOX_COLUMNS = `b.id, b.account_id as "accountId", b.name, b.uid_validity as "uidValidity",
  b.uid_next as "uidNext", b.mod_seq as "modSeq", b.exists_count as "exists", b.unseen_count as unseen, b.bytes,
  b.recent_uid as "recentUid", b.special_use as "specialUse", b.expunged_floor as "expungedFloor",
  b.keywords as "usedKeywords"`;

/** Locks the rows of an account's mailboxes by ascending id; those that do not exist are left out. */
export function lockMailboxes(tx: Queryable, ids: readonly number[]): Promise<Mailbox[]> {
  return tx.query<Mailbox>({
    name: 'mailbox_lock',
    text: `select ${MAILBOX_COLUMNS} from store.mailbox b where b.id = any($1::int8[]) order by b.id for update`,
    values: [ids],
  });
}

export async function lockMailbox(tx: Queryable, id: number): Promise<Mailbox | null> {
  return (await lockMailboxes(tx, [id]))[0] ?? null;
}

/** STATUS is this one row. `name` as `mailboxName` gives it. */
export async function findMailbox(db: Queryable, accountId: number, name: string): Promise<Mailbox | null> {
  const [row] = await db.query<Mailbox>({
    name: 'mailbox_find',
    text: `select ${MAILBOX_COLUMNS} from store.mailbox b where b.account_id = $1 and b.name = $2`,
    values: [accountId, name],
  });
  return row ?? null;
}

export async function readMailbox(db: Queryable, id: number): Promise<Mailbox | null> {
  const [row] = await db.query<Mailbox>({
    name: 'mailbox_read',
    text: `select ${MAILBOX_COLUMNS} from store.mailbox b where b.id = $1`,
    values: [id],
  });
  return row ?? null;
}

/** All mailboxes of an account by name, at most 1,000 of them. */
export function listMailboxes(db: Queryable, accountId: number): Promise<Mailbox[]> {
  return db.query<Mailbox>({
    name: 'mailbox_list',
    text: `select ${MAILBOX_COLUMNS} from store.mailbox b where b.account_id = $1 order by b.name`,
    values: [accountId],
  });
}

/** The MODSEQ of each of these mailboxes; one that is gone is left out. */
export async function readModSeqs(db: Queryable, ids: readonly number[]): Promise<Map<number, number>> {
  const rows = await db.query<{ id: number; mod_seq: number }>({
    name: 'mailbox_mod_seqs',
    text: 'select id, mod_seq from store.mailbox where id = any($1::int8[])',
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, row.mod_seq]));
}
