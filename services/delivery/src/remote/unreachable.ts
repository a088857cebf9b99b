// Destinations that could not be reached a moment ago: what else is due for them waits without another try, so
// that a dead far side with a long queue costs one time-out, not one for every batch.
import type { RouteFailure } from './mx.ts';

const KEEP_MS = 60_000;
const MAX_KNOWN = 10_000;

export class Unreachable {
  readonly #known = new Map<string, { until: number; failure: RouteFailure }>();

  /** The failure of the last minute, if any. */
  of(destination: string, now = Date.now()): RouteFailure | null {
    const known = this.#known.get(destination);
    return known !== undefined && known.until > now ? known.failure : null;
  }

  note(destination: string, failure: RouteFailure, now = Date.now()): void {
    this.#known.delete(destination);
    this.#known.set(destination, { until: now + KEEP_MS, failure });
    if (this.#known.size <= MAX_KNOWN) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  forget(destination: string): void {
    this.#known.delete(destination);
  }

  /** A person wants an attempt now, or the way has changed. */
  clear(): void {
    this.#known.clear();
  }
}
