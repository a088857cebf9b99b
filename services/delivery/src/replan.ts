// New queue settings count for what waits already: every due time is computed again from the last attempt.
import type { QueueSettings } from '@pochtar/settings';
import { replan, waitingRecipients } from '@pochtar/store/queue';
import type { Database } from '@pochtar/store/db';
import { nextAttempt } from './retry-schedule.ts';

const PAGE = 1000;

export async function replanAll(db: Database, queue: QueueSettings): Promise<void> {
  let after: { mail: string; address: string } | null = null;
  for (;;) {
    const page = await waitingRecipients(db, after, PAGE);
    const changes = page.flatMap(({ mail, address, acceptedAt, lastAttemptAt, dueAt: before, ...last }) => {
      // Who is due already is being claimed; a person may have asked for it.
      if (before.getTime() <= Date.now()) return [];
      const dueAt = nextAttempt(acceptedAt, lastAttemptAt, queue, last);
      return dueAt.getTime() === before.getTime() ? [] : [{ mail, address, dueAt, lastAttemptAt }];
    });
    await replan(db, changes);
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return;
    after = { mail: last.mail, address: last.address };
  }
}
