// Where an address leads: one query for many. What is looked up is gathered per tick and cached against
// `directory.changed`.
import { domainOfKey } from '@pochtar/mail';
import { gather } from '@pochtar/runtime';
import type { Queryable } from '../db.ts';

export type Resolved =
  /** `isFull`, where it was asked for: its mail has reached the quota. */
  | { kind: 'account'; accountId: number; isEnabled: boolean; isFull?: true }
  | { kind: 'alias' | 'group'; targets: string[] }
  /** The domain is ours, the address is not there. */
  | { kind: 'unknown' }
  /** The domain is not ours. */
  | { kind: 'remote' };

interface Row {
  kind: Resolved['kind'];
  accountId: number | null;
  isEnabled: boolean | null;
  isFull: boolean | null;
  targets: string[] | null;
}

const NOT_ASKED = 'null::boolean';
// Only accounts with a quota are added up, a row a mailbox.
const IS_FULL = `case when a.quota_bytes is not null then
  a.quota_bytes <= (select coalesce(sum(b.bytes), 0) from store.mailbox b where b.account_id = a.id) end`;

function resolveQuery(name: string, isFull: string): { name: string; text: string } {
  return {
    name,
    text: `select coalesce(n.kind, case when d.id is null then 'remote' else 'unknown' end) as kind,
        n.account_id as "accountId", n.targets, a.enabled as "isEnabled", ${isFull} as "isFull"
      from unnest($1::text[], $2::text[]) with ordinality as k(key, domain, place)
      left join directory.address n on n.address = k.key
      left join directory.account a on a.id = n.account_id
      left join directory.domain d on n.address is null and d.name = k.domain
      order by k.place`,
  };
}

const RESOLVE = resolveQuery('directory.resolve', NOT_ASKED);
const RESOLVE_WITH_ROOM = resolveQuery('directory.resolve_with_room', IS_FULL);

/** Answers for each address key in the order given. Aliases and groups are not followed. */
export function resolveRecipients(db: Queryable, keys: readonly string[]): Promise<Resolved[]> {
  return resolveWith(db, RESOLVE, keys);
}

async function resolveWith(
  db: Queryable,
  statement: { name: string; text: string },
  keys: readonly string[],
): Promise<Resolved[]> {
  if (keys.length === 0) return [];
  const rows = await db.query<Row>({
    ...statement,
    values: [keys, keys.map(domainOfKey)],
  });
  return rows.map(resolved);
}

function resolved(row: Row): Resolved {
  if (row.kind === 'account') {
    const account = { accountId: row.accountId as number, isEnabled: row.isEnabled as boolean };
    return { kind: 'account', ...account, ...(row.isFull && { isFull: true }) };
  }
  if (row.kind === 'alias' || row.kind === 'group') return { kind: row.kind, targets: row.targets ?? [] };
  return { kind: row.kind };
}

export interface RecipientLookup {
  resolve(key: string): Promise<Resolved>;
  /** For `directory.changed`: these keys, or all when the list is empty. */
  forget(keys: readonly string[]): void;
}

const MAX_CACHED = 20_000;

/** For acceptance: tells full mailboxes too. Look-ups of all sessions share a query, and answers are kept for `keepMs` (a lost event costs no more). */
export function recipientLookup(db: Queryable, keepMs = 60_000): RecipientLookup {
  const kept = new Map<string, { until: number; answer: Resolved }>();
  // Counts the changes: an answer that was under way while something changed is not kept.
  let changes = 0;
  const ask = gather<string, Resolved>((keys) => resolveWith(db, RESOLVE_WITH_ROOM, keys), {
    maxItems: 500,
    concurrency: 2,
  });
  return {
    async resolve(key) {
      const known = kept.get(key);
      if (known !== undefined && known.until > Date.now()) return known.answer;
      const before = changes;
      const answer = await ask(key);
      if (before === changes) {
        if (kept.size >= MAX_CACHED) kept.delete(kept.keys().next().value as string);
        kept.set(key, { until: Date.now() + keepMs, answer });
      }
      return answer;
    },
    forget(keys) {
      changes++;
      if (keys.length === 0) kept.clear();
      for (const key of keys) kept.delete(key);
    },
  };
}

export interface Person {
  /** Address key. */
  address: string;
  displayName: string;
  /** With its aliases that lead nowhere else. */
  addresses: string[];
}

/** Null: the account is gone. */
export async function personOf(db: Queryable, accountId: number): Promise<Person | null> {
  const [row] = await db.query<Person>({
    name: 'directory.person_of',
    text: `select a.address, a.display_name as "displayName", array(
        select n.address from directory.address n where n.account_id = a.id
        union select n.address from directory.address n
        where n.kind = 'alias' and n.targets @> array[a.address] and cardinality(n.targets) = 1) as addresses
      from directory.account a where a.id = $1`,
    values: [accountId],
  });
  return row ?? null;
}
