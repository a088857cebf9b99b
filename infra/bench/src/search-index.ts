// The index of searches (ADR 41) is made beside the mail: whoever measures searches waits for it.
import { until } from '@pochtar/native';
import type { Instance } from './instance.ts';
import { openDatabaseOfOwner } from './program-database.ts';

/** Messages behind its last block that a mailbox leaves to those who search. */
const LEFT = 256;
const TIMEOUT_MS = 30 * 60_000;
const EVERY_MS = 1000;

/** Until no mailbox has more than what is left to those who search. */
export async function searchIndexMade(instance: Instance): Promise<void> {
  await using owner = await openDatabaseOfOwner(instance);
  const isMade = async (): Promise<boolean> => {
    const unmade = await owner.query({
      text: `select from store.mailbox m where exists_count >= $1
        and uid_next - 1 - coalesce((select max(last_uid) from store.search_block where mailbox_id = m.id), 0) >= $1 limit 1`,
      values: [LEFT],
    });
    return unmade.length === 0;
  };
  await until('the index of searches is made', isMade, { timeoutMs: TIMEOUT_MS, everyMs: EVERY_MS });
}
