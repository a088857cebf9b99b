// What a process that decides by the lists reads: everything at first, then what changed since the revision it knows.
import type { Queryable } from '../db.ts';
import type { EntryKind, ListColour } from './access-state.ts';

export interface AccessEntry {
  id: number;
  list: ListColour;
  kind: EntryKind;
  value: string;
  networkId: number | null;
  expiresAt: Date | null;
  /** Of a white address: it sends anywhere without a login; otherwise it is spared the checks and nothing more. */
  opensRelay: boolean;
}

export interface AccessNetwork {
  id: number;
  addresses: string[];
}

export interface AccessChanges {
  revision: number;
  /** All there is, instead of what changed. */
  isWhole: boolean;
  entries: AccessEntry[];
  networks: AccessNetwork[];
  removed: number[];
}

/**
 * What became of the lists after `known`; null: everything. The revision is read first: what is committed while the
 * rest is read may come twice, and nothing is missed.
 */
export async function readAccessChanges(db: Queryable, known: number | null): Promise<AccessChanges> {
  const [state] = await db.query<{ revision: number; forgotten: number; removed: number[] }>({
    name: 'lists.state',
    text: `select s.revision, s.forgotten_to as forgotten, case when $1::bigint >= s.forgotten_to then
        array(select entry_id from lists.removed_entry where revision > $1) else '{}' end as removed
      from lists.access_state s`,
    values: [known],
  });
  const { revision, forgotten, removed } = state as NonNullable<typeof state>;
  const isWhole = known === null || known < forgotten || known > revision;
  const since = isWhole ? -1 : known;
  if (since === revision) return { revision, isWhole, entries: [], networks: [], removed: [] };
  // Networks last: an entry that is read refers to one that is there.
  const entries = await db.query<AccessEntry>({
    name: 'lists.entries_since',
    text: `select id, list, kind, value, network_id as "networkId", expires_at as "expiresAt", opens_relay as "opensRelay"
      from lists.entry where revision > $1`,
    values: [since],
  });
  const networks = await db.query<AccessNetwork>({
    name: 'lists.networks_since',
    text: 'select id, addresses from lists.network where revision > $1',
    values: [since],
  });
  return { revision, isWhole, entries, networks, removed: isWhole ? [] : removed.map(Number) };
}
