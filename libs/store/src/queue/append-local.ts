// One mail into INBOXes, or into the mailbox that a verdict names, for the mails that plain delivery left: held against locks, quota and disabled accounts
// one account at a time. The recipients' rows are the caller's: it ends them in the same transaction.
import type { Queryable } from '../db.ts';
import type { ChangedMailbox } from './deliver.ts';

export interface LocalAppend {
  contentId: string;
  size: number;
  internalDate: Date;
  /** Each once. */
  accounts: readonly number[];
  /** A mailbox by special use (\Junk) or by name; who has none gets it into INBOX. Null: INBOX. */
  target?: string | null;
}

/** Why an account got nothing. */
export type Obstacle = 'gone' | 'disabled' | 'full' | 'no mailbox' | 'busy';

// UID and MODSEQ come from the locked mailbox row; locks are taken by ascending id.
const append = (mailbox: string, skip: 'skip locked' | ''): string => `
with locked as materialized (
  select b.id, b.account_id, b.uid_next, b.mod_seq
  from store.mailbox b join directory.account a on a.id = b.account_id
  where ${mailbox} and b.account_id = any($1::bigint[]) and a.enabled
    and (a.quota_bytes is null
      or (select coalesce(sum(q.bytes), 0) from store.mailbox q where q.account_id = a.id) + $3 <= a.quota_bytes)
  order by b.id
  for update of b ${skip}
), appended as (
  insert into store.message (mailbox_id, uid, mod_seq, internal_date, size, content_id)
  select id, uid_next, mod_seq + 1, $4, $3, $2 from locked
), counted as (
  update store.mailbox b
  set uid_next = b.uid_next + 1, mod_seq = b.mod_seq + 1, exists_count = b.exists_count + 1,
      unseen_count = b.unseen_count + 1, bytes = b.bytes + $3
  from locked l where b.id = l.id
)
select account_id as "accountId", id as "mailboxId", mod_seq + 1 as "modSeq" from locked`;

const INBOX = `b.name = 'INBOX'`;
// RFC 6154 §2: a special use is named with a backslash, which the column does not have.
const TARGET = `b.id = (
  select t.id from store.mailbox t where t.account_id = a.id
    and (t.name = 'INBOX' or t.name = $5 or (starts_with($5, '\\') and lower(t.special_use) = lower(substr($5, 2))))
  order by t.name = 'INBOX', t.id limit 1)`;

const APPEND = {
  skip: { inbox: append(INBOX, 'skip locked'), target: append(TARGET, 'skip locked') },
  wait: { inbox: append(INBOX, ''), target: append(TARGET, '') },
};

const OBSTACLES = `
select w.id as "accountId", a.id is null as "isGone", a.enabled is false as "isDisabled",
  a.quota_bytes is not null
    and (select coalesce(sum(q.bytes), 0) from store.mailbox q where q.account_id = a.id) + $2 > a.quota_bytes as "isFull",
  exists (select from store.mailbox b where b.account_id = a.id and b.name = 'INBOX') as "hasInbox"
from unnest($1::bigint[]) as w(id) left join directory.account a on a.id = w.id`;

interface ObstacleRow {
  accountId: number;
  isGone: boolean;
  isDisabled: boolean;
  isFull: boolean;
  hasInbox: boolean;
}

/**
 * Appends to the INBOX (or the target) of each account that can take it. With 'skip' a mailbox that somebody else has locked is
 * passed over; with 'wait' it is waited for.
 */
export function appendLocal(
  tx: Queryable,
  mail: LocalAppend,
  locked: 'skip' | 'wait',
): Promise<ChangedMailbox[]> {
  const { target = null } = mail;
  const place = target === null ? 'inbox' : 'target';
  return tx.query<ChangedMailbox>({
    name: `append_local_${locked}_${place}`,
    text: APPEND[locked][place],
    values: [
      mail.accounts,
      mail.contentId,
      mail.size,
      mail.internalDate,
      ...(target === null ? [] : [target]),
    ],
  });
}

/** What stands against a message of this size in each account; 'busy' when nothing but a lock does. */
export async function localObstacles(
  tx: Queryable,
  accounts: readonly number[],
  size: number,
): Promise<Map<number, Obstacle>> {
  const rows = await tx.query<ObstacleRow>({
    name: 'local_obstacles',
    text: OBSTACLES,
    values: [accounts, size],
  });
  return new Map(rows.map((row) => [row.accountId, obstacleOf(row)]));
}

function obstacleOf(row: ObstacleRow): Obstacle {
  if (row.isGone) return 'gone';
  if (row.isDisabled) return 'disabled';
  if (row.isFull) return 'full';
  return row.hasInbox ? 'busy' : 'no mailbox';
}
