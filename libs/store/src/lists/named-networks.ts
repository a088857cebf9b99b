// Networks that entries of the lists call by name. One that an entry refers to is not removed.
import type { Database, Queryable } from '../db.ts';
import { sqlState } from '../db.ts';
import { type ListColour, NEXT_REVISION, nextListRevision } from './access-state.ts';

export const MAX_NETWORKS = 1000;
export const MAX_NETWORK_ADDRESSES = 256;
const UNIQUE_VIOLATION = '23505';

export interface NamedNetwork {
  id: number;
  name: string;
  addresses: string[];
  comment: string;
  author: string;
  createdAt: Date;
  /** The lists with an entry that refers to it. */
  usedBy: ListColour[];
}

/** The name as it is compared. */
export function networkKey(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}

const SELECT = `select n.id, n.name, n.addresses, n.comment, n.author, n.created_at as "createdAt",
  array(select e.list from lists.entry e where e.network_id = n.id order by e.list desc) as "usedBy" from lists.network n`;

/** By name, those behind `after`. */
export function listNetworks(
  db: Queryable,
  page: { after?: string | undefined; limit: number },
): Promise<NamedNetwork[]> {
  return db.query<NamedNetwork>({
    text: `${SELECT} where ($1::text is null or n.key > $1) order by n.key limit $2`,
    values: [page.after === undefined ? null : networkKey(page.after), page.limit],
  });
}

export async function findNetwork(db: Queryable, name: string): Promise<NamedNetwork | null> {
  const [row] = await db.query<NamedNetwork>({
    text: `${SELECT} where n.key = $1`,
    values: [networkKey(name)],
  });
  return row ?? null;
}

/** The keys among these that there are, with their addresses. */
export async function knownNetworks(
  db: Queryable,
  keys: readonly string[],
): Promise<Map<string, { name: string; addresses: string[] }>> {
  if (keys.length === 0) return new Map();
  const rows = await db.query<{ key: string; name: string; addresses: string[] }>({
    text: 'select key, name, addresses from lists.network where key = any($1::text[])',
    values: [keys],
  });
  return new Map(rows.map(({ key, ...row }) => [key, row]));
}

export type NetworkSaved =
  | { outcome: 'saved'; revision: number }
  | { outcome: 'exists' }
  | { outcome: 'full' }
  | { outcome: 'missing' };

/** Counts with the lock of all writers: of two at once the second sees the first. */
export function addNetwork(
  db: Database,
  network: { name: string; addresses: readonly string[]; comment: string; author: string },
): Promise<NetworkSaved> {
  return db.transaction(async (tx): Promise<NetworkSaved> => {
    const revision = await nextListRevision(tx);
    const [row] = await tx.query<{ isFull: boolean; isAdded: boolean }>({
      text: `with there as (select count(*) >= $7 as is_full from lists.network),
          added as (insert into lists.network (name, key, addresses, comment, author, revision)
            select $1, $2, $3::text[], $4, $5, $6 from there where not is_full on conflict (key) do nothing returning key)
        select is_full as "isFull", exists (select from added) as "isAdded" from there`,
      values: [
        network.name.trim(),
        networkKey(network.name),
        network.addresses,
        network.comment,
        network.author,
        revision,
        MAX_NETWORKS,
      ],
    });
    if (row?.isAdded === true) return { outcome: 'saved', revision };
    return { outcome: row?.isFull === true ? 'full' : 'exists' };
  });
}

/** Changes what is given; entries that refer to it follow its name. */
export async function changeNetwork(
  db: Queryable,
  name: string,
  change: {
    name?: string | undefined;
    addresses?: readonly string[] | undefined;
    comment?: string | undefined;
  },
): Promise<NetworkSaved> {
  try {
    const [saved] = await db.query<{ revision: number }>({
      text: `with next as (${NEXT_REVISION} returning revision),
          saved as (update lists.network n set name = coalesce($2, n.name), key = coalesce($3, n.key),
              addresses = coalesce($4::text[], n.addresses), comment = coalesce($5, n.comment), revision = next.revision
            from next where n.key = $1 returning n.id, n.key, n.revision),
          followed as (update lists.entry e set value = 'network:' || saved.key, revision = saved.revision
            from saved where e.network_id = saved.id and e.value <> 'network:' || saved.key)
        select revision from saved`,
      values: [
        networkKey(name),
        change.name?.trim() ?? null,
        change.name === undefined ? null : networkKey(change.name),
        change.addresses ?? null,
        change.comment ?? null,
      ],
    });
    return saved === undefined ? { outcome: 'missing' } : { outcome: 'saved', revision: saved.revision };
  } catch (error) {
    if (sqlState(error) === UNIQUE_VIOLATION) return { outcome: 'exists' };
    throw error;
  }
}

export type NetworkRemoved =
  | { outcome: 'removed'; revision: number }
  | { outcome: 'missing' }
  | { outcome: 'inUse'; usedBy: ListColour[] };

/** Not while an entry refers to it. */
export function removeNetwork(db: Database, name: string): Promise<NetworkRemoved> {
  return db.transaction(async (tx): Promise<NetworkRemoved> => {
    const revision = await nextListRevision(tx);
    const found = await findNetwork(tx, name);
    if (found === null) return { outcome: 'missing' };
    if (found.usedBy.length > 0) return { outcome: 'inUse', usedBy: found.usedBy };
    await tx.query({ text: 'delete from lists.network where id = $1', values: [found.id] });
    return { outcome: 'removed', revision };
  });
}
