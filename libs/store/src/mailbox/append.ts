// Adding messages to a mailbox: content rows, messages and counters in one transaction (APPEND, RFC 9051 §6.3.12).
// The bodies must be durable before.
import { deliveredSize, insertContents, type NewContent } from '../content/index.ts';
import type { Database, Queryable } from '../db.ts';
import { removeMessages } from './expunge.ts';
import { FLAG } from './flags.ts';
import { noteKeywords } from './mailbox-keywords.ts';
import { lockMailboxes, type Mailbox } from './mailbox-row.ts';
import { isOverQuota } from './quota.ts';
import { distinctKeywords } from './store-flags.ts';

export interface NewMessage {
  content: NewContent;
  /** Bits of FLAG. */
  flags: number;
  keywords: readonly string[];
  internalDate: Date;
}

export type AppendOutcome =
  | {
      kind: 'appended';
      uidValidity: number;
      uids: number[];
      modSeq: number;
      /** Of the mailbox of the message that was replaced; null: none was. */
      replacedModSeq: number | null;
    }
  | { kind: 'noMailbox' }
  | { kind: 'overQuota' }
  /** The message that was to be replaced is no longer there. */
  | { kind: 'expunged' };

/** RFC 8508: the message in whose place others come, in this mailbox or another of the account. */
export interface ReplacedMessage {
  mailboxId: number;
  uid: number;
}

const INSERT = `
with input as (
  select * from unnest($4::int8[], $5::int2[], $6::timestamptz[], $7::int8[], $8::uuid[]) with ordinality
    as i (uid, flags, internal_date, size, content_id, place)
), appended as (
  insert into store.message (mailbox_id, uid, mod_seq, flags, keywords, internal_date, size, content_id)
  select $1, uid, $2, flags, string_to_array(($3::text[])[place::int], ' '), internal_date, size, content_id from input
)
update store.mailbox set uid_next = uid_next + cardinality($4::int8[]), mod_seq = $2,
  exists_count = exists_count + cardinality($4::int8[]), bytes = bytes + (select sum(size) from input),
  unseen_count = unseen_count + (select count(*) from input where flags & 1 = 0)
where id = $1`;

/** All of them or none, and with them goes what they replace; UIDs are given in order. */
export function appendMessages(
  db: Database,
  mailboxId: number,
  messages: readonly NewMessage[],
  replaced: ReplacedMessage | null = null,
): Promise<AppendOutcome> {
  const work = db.transaction<AppendOutcome>(async (tx) => {
    const ids =
      replaced === null || replaced.mailboxId === mailboxId ? [mailboxId] : [mailboxId, replaced.mailboxId];
    const locked = await lockMailboxes(tx, ids);
    const mailbox = locked.find(({ id }) => id === mailboxId);
    if (mailbox === undefined) return { kind: 'noMailbox' };
    let replacedModSeq: number | null = null;
    if (replaced !== null) {
      replacedModSeq = await remove(tx, locked, replaced);
      if (replacedModSeq === null) return { kind: 'expunged' };
      if (replaced.mailboxId === mailboxId) mailbox.modSeq = replacedModSeq;
    }
    const sizes = messages.map(sizeOf);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    if (await isOverQuota(tx, mailbox.accountId, bytes)) throw new OverQuota();
    await insertContents(
      tx,
      messages.map((message) => message.content),
    );
    const uids = messages.map((_, index) => mailbox.uidNext + index);
    await tx.query({
      name: 'append',
      text: INSERT,
      values: [
        mailboxId,
        mailbox.modSeq + 1,
        messages.map((message) => distinctKeywords(message.keywords).join(' ')),
        uids,
        messages.map((message) => message.flags & ALL_FLAGS),
        messages.map((message) => message.internalDate),
        sizes,
        messages.map((message) => message.content.id),
      ],
    });
    await noteKeywords(
      tx,
      mailbox,
      messages.flatMap(({ keywords }) => keywords),
    );
    return {
      kind: 'appended',
      uidValidity: mailbox.uidValidity,
      uids,
      modSeq: mailbox.modSeq + 1,
      replacedModSeq,
    };
  });
  return work.catch((error: unknown) => {
    if (error instanceof OverQuota) return { kind: 'overQuota' };
    throw error;
  });
}

/** Takes back that the old message went. */
class OverQuota extends Error {
  override name = 'OverQuota';
}

/** The MODSEQ at which the message went; null when it was not there. Its mailbox is locked, and nothing else has been done. */
async function remove(
  tx: Queryable,
  locked: readonly Mailbox[],
  { mailboxId, uid }: ReplacedMessage,
): Promise<number | null> {
  const mailbox = locked.find(({ id }) => id === mailboxId);
  if (mailbox === undefined) return null;
  const modSeq = mailbox.modSeq + 1;
  const gone = await removeMessages(tx, { mailboxId, modSeq, uids: [uid] });
  return gone.length === 0 ? null : modSeq;
}

export const ALL_FLAGS = FLAG.seen | FLAG.answered | FLAG.flagged | FLAG.deleted | FLAG.draft;

export function sizeOf({ content }: NewMessage): number {
  return deliveredSize({ blob: content.blob, prefix: null, removed: content.removed ?? null });
}
