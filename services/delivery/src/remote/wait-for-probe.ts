// A far side that could not be reached costs one attempt, however much waits for it: the others that are due wait on by
// the same failure, each by its own schedule, as if each had been tried.
import { deferForProbe, waitingForProbe } from '@pochtar/store/queue';
import { attemptTime, isGivenUp, nextAttempt } from '../retry-schedule.ts';
import type { Tools } from '../tools.ts';

const PAGE = 1000;

/** Puts off what is due for a destination; who is out of time is left, and given up by whoever claims it. */
export async function waitForProbe(
  { db, settings }: Pick<Tools, 'db' | 'settings'>,
  destination: string,
  reply: string,
): Promise<number> {
  const queue = settings.current('queue');
  const now = new Date();
  let count = 0;
  for (let after: { mail: string; address: string } | null = null; ; ) {
    const page: Awaited<ReturnType<typeof waitingForProbe>> = await waitingForProbe(
      db,
      destination,
      after,
      PAGE,
    );
    const changes = page.flatMap(({ mail, address, acceptedAt, dueAt: plannedAt }) => {
      if (isGivenUp({ acceptedAt, earlierAttempts: 1 }, now, queue)) return [];
      const attemptedAt = attemptTime(now, plannedAt, queue);
      return [{ mail, address, attemptedAt, dueAt: nextAttempt(acceptedAt, attemptedAt, queue) }];
    });
    await deferForProbe(db, changes, reply);
    count += changes.length;
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return count;
    after = { mail: last.mail, address: last.address };
  }
}
