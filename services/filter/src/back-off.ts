// How long a mail that must wait is parked, and when it has waited long enough.

const FIRST_SECONDS = 15;
const LAST_SECONDS = 300;

/** 15 s, doubling to 5 min; `attempts` counts the waits before this one. */
export function parkSeconds(attempts: number): number {
  // The exponent is bounded, so that a count of years cannot overflow.
  return Math.min(FIRST_SECONDS * 2 ** Math.min(attempts, 10), LAST_SECONDS);
}

/** Whether a mail may wait no longer. */
export function isExpired(acceptedAt: Date, maxLifetimeMinutes: number, now: number): boolean {
  return now - acceptedAt.getTime() >= maxLifetimeMinutes * 60_000;
}
