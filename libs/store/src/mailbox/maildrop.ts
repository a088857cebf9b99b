// POP3's view of INBOX (RFC 1939): sizes in the order of UIDs, the bytes of one message, and deletion, which goes
// through `expungeMessages` like every other.
import type { StoredBody } from '../content/index.ts';
import type { Queryable } from '../db.ts';
import { INBOX } from './mailbox-name.ts';
import { findMailbox } from './mailbox-row.ts';

const PAGE = 10_000;

export interface Maildrop {
  mailboxId: number;
  /** With the UID it makes a UIDL that is never used again (RFC 1939 §7). */
  uidValidity: number;
  /** Ascending; message number n is index n - 1. */
  uids: Uint32Array;
  /** Octets as a reader is shown them, at the same index. */
  sizes: Float64Array;
}

/** Everything in INBOX as of now; null when the account has none. */
export async function openMaildrop(db: Queryable, accountId: number): Promise<Maildrop | null> {
  const inbox = await findMailbox(db, accountId, INBOX);
  if (inbox === null) return null;
  const uids: number[] = [];
  const sizes: number[] = [];
  let length = PAGE;
  while (length === PAGE) {
    const page = await maildropPage(db, inbox.id, uids.at(-1) ?? 0);
    for (const uid of page.uids) uids.push(uid);
    for (const size of page.sizes) sizes.push(size);
    length = page.uids.length;
  }
  return {
    mailboxId: inbox.id,
    uidValidity: inbox.uidValidity,
    uids: Uint32Array.from(uids),
    sizes: Float64Array.from(sizes),
  };
}

async function maildropPage(
  db: Queryable,
  mailboxId: number,
  after: number,
): Promise<{ uids: number[]; sizes: number[] }> {
  const [row] = await db.query<{ uids: number[] | null; sizes: number[] | null }>({
    name: 'maildrop_page',
    text: `select array_agg(uid order by uid) as uids, array_agg(size order by uid) as sizes from (
      select uid, size from store.message where mailbox_id = $1 and uid > $2 order by uid limit ${PAGE}) page`,
    values: [mailboxId, after],
  });
  return { uids: row?.uids ?? [], sizes: row?.sizes ?? [] };
}

export interface StoredMessage {
  contentId: string;
  stored: StoredBody;
  /** Of the stored body, blank line included; the delivered header is longer by `headerShift`. */
  headerLength: number;
  size: number;
}

/** Where the bytes of these messages are (`streamDelivered` of @pochtar/store/content), by UID; those that are gone are left out. */
export async function readStoredMessages(
  db: Queryable,
  mailboxId: number,
  uids: readonly number[],
): Promise<Map<number, StoredMessage>> {
  const rows = await db.query<{
    uid: number;
    content_id: string;
    size: number;
    pack_id: string;
    pack_offset: number;
    length: number;
    header_length: number;
    prefix: Buffer | null;
    removed: number[] | null;
  }>({
    name: 'maildrop_messages',
    text: `select m.uid, m.content_id, m.size, c.pack_id, c.pack_offset, c.length, c.header_length, c.prefix, c.removed
      from store.message m join store.content c on c.id = m.content_id
      where m.mailbox_id = $1 and m.uid = any($2::int8[])`,
    values: [mailboxId, uids],
  });
  const messages = rows.map(
    ({ uid, pack_id: packId, pack_offset: offset, length, prefix, removed, ...row }) => {
      const stored = { blob: { packId, offset, length }, prefix, removed };
      const message = { contentId: row.content_id, stored, headerLength: row.header_length, size: row.size };
      return [uid, message] as const;
    },
  );
  return new Map(messages);
}
