// Changes of flags of several sessions in one round trip and one commit: while one commit waits for the disk, the next changes
// gather (store.change_flags does the work, in the order in which they came).
import { gather } from '@pochtar/runtime';
import { type Database, isTransient, type Queryable } from '../db.ts';
import { flagColumns, type FlagRow, MAX_KEYWORDS, MAX_MAILBOX_KEYWORDS } from './flags.ts';
import { distinctKeywords, type FlagEdit, type FlagOutcome, storeFlags } from './store-flags.ts';

/** Changes of more messages go by themselves, so that nobody waits for them. */
const MAX_SHARED = 100;
const MAX_GROUP = 64;
const GROUPS_AT_ONCE = 2;

interface Change {
  mailboxId: number;
  uids: readonly number[];
  edit: FlagEdit;
}

/** Null: the mailbox is gone; busy: somebody else has it. */
type Outcome = FlagOutcome | 'busy' | null;

interface OutcomeRow extends FlagRow {
  outcome: 'stored' | 'noMailbox' | 'busy';
  mod_seq: number | null;
  modified: number[];
}

/** As `storeFlags` with this database, few messages together with the changes of others. */
export type StoreFlags = (
  mailboxId: number,
  uids: ArrayLike<number>,
  edit: FlagEdit,
) => AsyncGenerator<FlagOutcome>;

export function sharedFlags(db: Database): StoreFlags {
  const shared = gather<Change, Outcome>((changes) => changeTogether(db, changes), {
    maxItems: MAX_GROUP,
    concurrency: GROUPS_AT_ONCE,
  });
  return async function* (mailboxId, uids, edit) {
    if (uids.length > MAX_SHARED) {
      yield* storeFlags(db, mailboxId, uids, edit);
      return;
    }
    if (uids.length === 0) return;
    const change = { mailboxId, uids: Array.from(uids), edit };
    const outcome = await shared(change);
    // Who waits for a lock lets nobody else wait.
    const settled = outcome === 'busy' ? (await changeFlags(db, [change], true))[0] : outcome;
    if (settled instanceof Object) yield settled;
  };
}

/** A group that the database refuses is tried one by one: it may be for one of them only. */
async function changeTogether(db: Queryable, changes: readonly Change[]): Promise<(Outcome | Error)[]> {
  try {
    return await changeFlags(db, changes, false);
  } catch (error) {
    if (isTransient(error) || changes.length === 1) throw error;
  }
  const outcomes: (Outcome | Error)[] = [];
  for (const change of changes) {
    const [outcome] = await changeFlags(db, [change], false).catch((error: Error) => [error]);
    outcomes.push(outcome as Outcome | Error);
  }
  return outcomes;
}

async function changeFlags(db: Queryable, changes: readonly Change[], waits: boolean): Promise<Outcome[]> {
  const requests = changes.map(({ mailboxId, uids, edit }) => ({
    m: mailboxId,
    u: `{${uids.join(',')}}`,
    o: edit.mode,
    f: edit.flags,
    k: distinctKeywords(edit.keywords),
    s: edit.unchangedSince ?? null,
  }));
  const rows = await db.query<OutcomeRow>({
    name: 'flags_shared',
    text: 'select * from store.change_flags($1::int8[], $2::jsonb, $3, $4, $5)',
    values: [
      [...new Set(changes.map(({ mailboxId }) => mailboxId))],
      JSON.stringify(requests),
      waits,
      MAX_KEYWORDS,
      MAX_MAILBOX_KEYWORDS,
    ],
  });
  return rows.map((row) => {
    if (row.outcome !== 'stored') return row.outcome === 'busy' ? 'busy' : null;
    return { modSeq: row.mod_seq, messages: flagColumns(row), modified: row.modified };
  });
}
