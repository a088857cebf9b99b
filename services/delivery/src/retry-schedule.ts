// When a recipient that could not be delivered is tried again, and when it is given up. RFC 5321 §4.5.4.1.
//
// The wait since the last attempt (counted from the wake-up that brought it about) is the mail's age at that attempt, between `waitMinMinutes` and `waitMaxMinutes`;
// the attempt comes at the first wake-up of the queue runner after that. Wake-ups are the multiples of
// `runIntervalMinutes` of the wall clock, the same for all replicas. With the defaults, and a mail accepted 15
// minutes before a wake-up: 0, 195, 405, 705, 1005 … minutes.
import type { QueueSettings } from '@pochtar/settings';

const MINUTE_MS = 60_000;

/** The first wake-up at or after a time. */
export function wakeUpFrom(time: Date, queue: Pick<QueueSettings, 'runIntervalMinutes'>): Date {
  const interval = queue.runIntervalMinutes * MINUTE_MS;
  return new Date(Math.ceil(time.getTime() / interval) * interval);
}

/**
 * When an attempt counts as made. One that a wake-up brought about counts from the wake-up, however long it took to
 * come to it: a wait that is a multiple of the interval would otherwise end just behind a wake-up.
 */
export function attemptTime(
  madeAt: Date,
  plannedAt: Date | null,
  queue: Pick<QueueSettings, 'runIntervalMinutes'>,
): Date {
  const isPlanned = plannedAt !== null && wakeUpFrom(plannedAt, queue).getTime() === plannedAt.getTime();
  if (!isPlanned) return madeAt;
  const interval = queue.runIntervalMinutes * MINUTE_MS;
  return new Date(Math.floor(madeAt.getTime() / interval) * interval);
}

/** When the mail is given up. */
export function expiresAt(acceptedAt: Date, queue: Pick<QueueSettings, 'maxLifetimeMinutes'>): Date {
  return new Date(acceptedAt.getTime() + queue.maxLifetimeMinutes * MINUTE_MS);
}

type Plan = Pick<
  QueueSettings,
  'runIntervalMinutes' | 'waitMinMinutes' | 'waitMaxMinutes' | 'maxLifetimeMinutes' | 'firstRetryMinutes'
>;

/** What the last attempt came to. */
export interface LastAttempt {
  /** Attempts so far, this one counted. */
  attempts: number;
  /** As the queue keeps it. */
  reply: string | null;
}

/**
 * Whether the far side took the connection and put this mail off, as greylisting does: what is said before a mail was heard
 * of (4.4.x) is of the host.
 */
export function isPutOff(reply: string | null): boolean {
  return reply !== null && /^4\.(?!4\.)\d{1,3}\.\d{1,3} \S+: 4\d\d(?:[ -]|$)/.test(reply);
}

/** When the next attempt is due; at the end of the lifetime it is due to be given up instead. */
export function nextAttempt(
  acceptedAt: Date,
  lastAttemptAt: Date,
  queue: Plan,
  { attempts, reply }: LastAttempt = { attempts: 2, reply: null },
): Date {
  const age = lastAttemptAt.getTime() - acceptedAt.getTime();
  const wait = Math.min(Math.max(age, queue.waitMinMinutes * MINUTE_MS), queue.waitMaxMinutes * MINUTE_MS);
  const byRule = wakeUpFrom(new Date(lastAttemptAt.getTime() + wait), queue);
  const isEarlier = queue.firstRetryMinutes > 0 && attempts === 1 && isPutOff(reply);
  // Ours: not at a wake-up, since greylists are passed after minutes.
  const early = lastAttemptAt.getTime() + queue.firstRetryMinutes * MINUTE_MS;
  const attempt = isEarlier ? new Date(Math.min(early, byRule.getTime())) : byRule;
  const end = expiresAt(acceptedAt, queue);
  // RFC 5321 §4.5.4.1: the first attempt is always made, however old the mail is.
  return attempt < end || lastAttemptAt >= end ? attempt : end;
}

/** Whether a recipient that is due is given up without another attempt: it was tried, and its time is over. */
export function isGivenUp(
  recipient: { acceptedAt: Date; earlierAttempts: number },
  now: Date,
  queue: Pick<QueueSettings, 'maxLifetimeMinutes'>,
): boolean {
  return recipient.earlierAttempts > 0 && now >= expiresAt(recipient.acceptedAt, queue);
}
