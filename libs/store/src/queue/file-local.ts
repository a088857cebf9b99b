// One mail into the mailboxes that the rules of its recipient name, all of them or none. The recipient's row is the caller's:
// it ends in the same transaction.
import type { Queryable } from '../db.ts';
import { createMailboxIn } from '../mailbox/create.ts';
import { distinctKeywords } from '../mailbox/store-flags.ts';
import { isNewName, mailboxName } from '../mailbox/mailbox-name.ts';
import { MAILBOX_COLUMNS, type Mailbox } from '../mailbox/mailbox-row.ts';
import { noteKeywords } from '../mailbox/mailbox-keywords.ts';
import type { ChangedMailbox } from './deliver.ts';

export interface FiledCopy {
  /** By special use (\Junk) or by name, in this order of wishes; the INBOX where none of them is there. */
  wishes: readonly string[];
  /** The last wish is a name, and made where it is missing. */
  create: boolean;
  /** Bits of FLAG. */
  flags: number;
  keywords: readonly string[];
  contentId: string;
  size: number;
}

export interface FiledMail {
  accountId: number;
  internalDate: Date;
  copies: readonly FiledCopy[];
}

export interface Filed {
  changed: ChangedMailbox[];
  /** Names of the mailboxes, in the order of the copies. */
  names: string[];
}

const MAILBOXES = `
select ${MAILBOX_COLUMNS} from store.mailbox b where b.account_id = $1 order by b.id`;
const LOCK = (skip: string): string => `
select ${MAILBOX_COLUMNS} from store.mailbox b
where b.id = any($1::int8[]) and exists (select from directory.account a where a.id = b.account_id and a.enabled
  and (a.quota_bytes is null
    or (select coalesce(sum(q.bytes), 0) from store.mailbox q where q.account_id = a.id) + $2 <= a.quota_bytes))
order by b.id for update of b ${skip}`;
const INSERT = `
with message as (
  insert into store.message (mailbox_id, uid, mod_seq, flags, keywords, internal_date, size, content_id)
  select id, uid_next, mod_seq + 1, $2::int2, $3::text[], $4, $5, $6 from store.mailbox where id = $1
)
update store.mailbox set uid_next = uid_next + 1, mod_seq = mod_seq + 1, exists_count = exists_count + 1, bytes = bytes + $5,
  unseen_count = unseen_count + case when $2::int2 & 1 = 0 then 1 else 0 end
where id = $1 returning mod_seq as "modSeq"`;

/** Null: something stands against it (localObstacles says what), or a mailbox is locked; nothing was done. */
export async function fileLocal(
  tx: Queryable,
  { accountId, internalDate, copies }: FiledMail,
  locked: 'skip' | 'wait',
): Promise<Filed | null> {
  const places = await placesOf(tx, accountId, copies);
  if (places === null) return null;
  const ids = [...new Set(places.map(({ mailbox }) => mailbox.id))];
  const bytes = places.reduce((sum, { copy }) => sum + copy.size, 0);
  const held = await tx.query<Mailbox>({
    name: `file_local_lock_${locked}`,
    text: LOCK(locked === 'skip' ? 'skip locked' : ''),
    values: [ids, bytes],
  });
  if (held.length < ids.length) return null;
  const modSeqs = new Map<number, number>();
  for (const { mailbox, copy } of places) {
    const keywords = distinctKeywords(copy.keywords);
    const [row] = await tx.query<{ modSeq: number }>({
      name: 'file_local',
      text: INSERT,
      values: [mailbox.id, copy.flags, keywords, internalDate, copy.size, copy.contentId],
    });
    modSeqs.set(mailbox.id, row?.modSeq as number);
    await noteKeywords(tx, held.find(({ id }) => id === mailbox.id) as Mailbox, keywords);
  }
  return {
    changed: [...modSeqs].map(([mailboxId, modSeq]) => ({ accountId, mailboxId, modSeq })),
    names: places.map(({ mailbox }) => mailbox.name),
  };
}

/** Where each copy goes: what two of them would be in one mailbox is one. Null: the account has no INBOX. */
async function placesOf(
  tx: Queryable,
  accountId: number,
  copies: readonly FiledCopy[],
): Promise<{ mailbox: Mailbox; copy: FiledCopy }[] | null> {
  let present = await mailboxesOf(tx, accountId);
  for (const { wishes, create } of copies) {
    const name = create ? newName(wishes.at(-1)) : null;
    if (name === null || wishes.some((wish) => wished(present, wish) !== undefined)) continue;
    await createMailboxIn(tx, accountId, name, null);
    present = await mailboxesOf(tx, accountId);
  }
  const inbox = present.find(({ name }) => name === 'INBOX');
  if (inbox === undefined) return null;
  const places = new Map<number, { mailbox: Mailbox; copy: FiledCopy }>();
  for (const copy of copies) {
    const [found] = copy.wishes.flatMap((wish) => wished(present, wish) ?? []);
    const mailbox = found ?? inbox;
    places.set(mailbox.id, { mailbox, copy });
  }
  return [...places.values()];
}

function mailboxesOf(tx: Queryable, accountId: number): Promise<Mailbox[]> {
  return tx.query<Mailbox>({ name: 'file_local_mailboxes', text: MAILBOXES, values: [accountId] });
}

function newName(wish: string | undefined): string | null {
  const name = wish === undefined ? null : mailboxName(wish);
  return name !== null && isNewName(name) ? name : null;
}

// RFC 6154 §2: a special use is named with a backslash, which the column does not have.
function wished(present: readonly Mailbox[], wish: string): Mailbox | undefined {
  if (!wish.startsWith('\\')) return present.find(({ name }) => name === mailboxName(wish));
  const use = wish.slice(1).toLowerCase();
  return present.find(({ specialUse }) => specialUse?.toLowerCase() === use);
}
