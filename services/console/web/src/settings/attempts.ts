// When a mail that nobody takes is tried, by the four numbers of the queue: the wait before the next attempt is the age of
// the mail, not less than the lower and not more than the upper bound, and the attempt comes when the runner wakes next.

export interface QueueTimes {
  runIntervalMinutes: number;
  waitMinMinutes: number;
  waitMaxMinutes: number;
  maxLifetimeMinutes: number;
}

/** Minutes since the mail was accepted; the runner is taken to wake first half an interval after that. */
export function attemptsOf(times: QueueTimes): number[] {
  const interval = times.runIntervalMinutes;
  const phase = interval / 2;
  const attempts = [0];
  for (let last = 0; ; ) {
    const wait = Math.min(Math.max(last, times.waitMinMinutes), times.waitMaxMinutes);
    // The first time that the runner wakes and the mail is due.
    last = Math.ceil((last + wait - phase) / interval) * interval + phase;
    if (last >= times.maxLifetimeMinutes || attempts.length >= 1000) return attempts;
    attempts.push(last);
  }
}
