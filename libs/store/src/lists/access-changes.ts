// What a process that decides by the lists reads: everything at first, then what changed since the revision it knows.
import type { Queryable } from '../db.ts';
import { type EntryKind, listRevision, type ListColour } from './access-state.ts';

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

const ENTRY = `id, list, kind, value, network_id as "networkId", expires_at as "expiresAt", opens_relay as "opensRelay"`;

/** What became of the lists after `known`; null: everything. */
export async function readAccessChanges(db: Queryable, known: number | null): Promise<AccessChanges> {
  if (known === null) return readAll(db);
  // One statement: every process that decides by the lists asks after every change.
  const [changes] = await db.query<AccessChanges & { entries: Written[] }>({
    name: 'lists.changes',
    text: `with state as (select revision, $1 < forgotten_to or $1 > revision as is_whole from lists.access_state)
      select revision, is_whole as "isWhole",
        array(select entry_id from lists.removed_entry r where not is_whole and r.revision > $1) as removed,
        (select coalesce(json_agg(e), '[]') from (
          select ${ENTRY} from lists.entry where not is_whole and lists.entry.revision > $1) e) as entries,
        (select coalesce(json_agg(n), '[]') from (
          select id, addresses from lists.network where not is_whole and lists.network.revision > $1) n) as networks
      from state`,
    values: [known],
  });
  const { isWhole, entries, ...rest } = changes as NonNullable<typeof changes>;
  if (isWhole) return readAll(db);
  return { ...rest, isWhole, entries: entries.map(entryOf) };
}

/** As JSON has it. */
type Written = Omit<AccessEntry, 'expiresAt'> & { expiresAt: string | null };

function entryOf({ expiresAt, ...entry }: Written): AccessEntry {
  return { ...entry, expiresAt: expiresAt === null ? null : new Date(expiresAt) };
}

/** The revision is read first: what is committed while the rest is read may come twice, and nothing is missed. */
async function readAll(db: Queryable): Promise<AccessChanges> {
  const revision = await listRevision(db);
  // Networks last: an entry that is read refers to one that is there.
  const entries = await db.query<AccessEntry>({
    name: 'lists.entries',
    text: `select ${ENTRY} from lists.entry`,
  });
  const networks = await db.query<AccessNetwork>({
    name: 'lists.networks',
    text: 'select id, addresses from lists.network',
  });
  return { revision, isWhole: true, entries, networks, removed: [] };
}
