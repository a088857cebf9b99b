// What waiting mail would do under settings that are not saved: the same decisions as when they are (replan.ts,
// destination.ts), and nothing is written. Read in pages, for a moment at most: so many as were looked at are told of.
import type { QueuePlanned } from '@pochtar/bus';
import type { QueueSettings } from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import { remoteWays, type WaitingRecipient, waitingRecipients } from '@pochtar/store/queue';
import { destinationOf, type Ways } from './destination.ts';
import { expiresAt, nextAttempt } from './retry-schedule.ts';

const PAGE = 1000;
const MOST_MS = 3000;

export interface PlanSettings {
  queue: QueueSettings;
  ways: Ways;
}

/** Domains and ways to them that are looked at. */
const MOST_WAYS = 20_000;

/** When the first and the last of them are tried. */
interface Span {
  first: Date | null;
  last: Date | null;
}

export async function planUnder(db: Queryable, { queue, ways }: PlanSettings): Promise<QueuePlanned> {
  const until = performance.now() + MOST_MS;
  const now = new Date();
  const found = { waiting: 0, earlier: 0, later: 0, returned: 0 };
  const before: Span = { first: null, last: null };
  const later: Span = { first: null, last: null };
  let after: { mail: string; address: string } | null = null;
  let isWhole = true;
  for (;;) {
    const page = await waitingRecipients(db, after, PAGE);
    for (const one of page) {
      found.waiting++;
      const planned = underSettings(one, queue, now);
      extend(before, one.dueAt);
      if (planned === 'returned') found.returned++;
      else extend(later, planned);
      if (planned !== 'returned' && planned < one.dueAt) found.earlier++;
      if (planned !== 'returned' && planned > one.dueAt) found.later++;
    }
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) break;
    after = { mail: last.mail, address: last.address };
    isWhole = performance.now() < until;
    if (!isWhole) break;
  }
  const going = await remoteWays(db, MOST_WAYS);
  const redirected = going
    .filter(({ domain, destination }) => destination !== destinationOf(domain, ways))
    .reduce((sum, { recipients }) => sum + recipients, 0);
  return { ...found, redirected, before: told(before), after: told(later), isWhole };
}

function underSettings(one: WaitingRecipient, queue: QueueSettings, now: Date): Date | 'returned' {
  // It was tried, and its time is over: the next wake-up gives it up.
  if (now >= expiresAt(one.acceptedAt, queue)) return 'returned';
  // Who is due already is being claimed; a person may have asked for it.
  return one.dueAt <= now ? one.dueAt : nextAttempt(one.acceptedAt, one.lastAttemptAt, queue, one);
}

function extend(span: Span, at: Date): void {
  if (span.first === null || at < span.first) span.first = at;
  if (span.last === null || at > span.last) span.last = at;
}

function told({ first, last }: Span): { first: string | null; last: string | null } {
  return { first: first?.toISOString() ?? null, last: last?.toISOString() ?? null };
}
