// Which zones are worth asking. A zone that keeps failing is left alone for a while, so that one dead list does
// not put off all mail; after that one question tells whether it lives again. Known to this process only.

/** Failures in a row, over at least this time, that suspend a zone. */
const FAILURES = 5;
const FAILING_MS = 60_000;
const FIRST_SUSPENSION_MS = 10 * 60_000;
const LAST_SUSPENSION_MS = 60 * 60_000;

interface ZoneState {
  failures: number;
  since: number;
  /** How often it was suspended since it last answered. */
  suspensions: number;
  suspendedUntil: number;
}

export class ZoneHealth {
  readonly #zones = new Map<string, ZoneState>();

  isSuspended(zone: string, now: number): boolean {
    return (this.#zones.get(zone)?.suspendedUntil ?? 0) > now;
  }

  /** The zones that are suspended. */
  suspended(now: number): string[] {
    return [...this.#zones.keys()].filter((zone) => this.isSuspended(zone, now));
  }

  answered(zone: string): void {
    this.#zones.delete(zone);
  }

  /** Counts a failure; returns for how long the zone is suspended from now on, if this one suspends it. */
  failed(zone: string, now: number): number | null {
    const state = this.#zones.get(zone) ?? { failures: 0, since: now, suspensions: 0, suspendedUntil: 0 };
    this.#zones.set(zone, state);
    state.failures++;
    if (state.suspendedUntil > now) return null;
    // A zone that was suspended has to answer the first question to be trusted again.
    const isDead = state.failures >= FAILURES && now - state.since >= FAILING_MS;
    if (!isDead && state.suspensions === 0) return null;
    const length = Math.min(FIRST_SUSPENSION_MS * 2 ** state.suspensions, LAST_SUSPENSION_MS);
    state.suspensions++;
    state.suspendedUntil = now + length;
    return length;
  }

  /** Forgets zones that are configured no more. */
  keepOnly(zones: readonly string[]): void {
    for (const zone of this.#zones.keys()) if (!zones.includes(zone)) this.#zones.delete(zone);
  }
}
