// Waiting for a condition with a deadline. Every wait on another process goes through here, so that nothing
// hangs for ever and the error names what was waited for.
import { setTimeout as delay } from 'node:timers/promises';

export class DeadlineError extends Error {
  override name = 'DeadlineError';
}

/**
 * Calls `probe` until it returns something other than false or undefined, and returns that.
 * A throwing probe counts as "not yet"; its last error becomes the cause of the DeadlineError.
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  options: { timeoutMs?: number; everyMs?: number; signal?: AbortSignal } = {},
): Promise<Exclude<T, false | undefined>> {
  const { timeoutMs = 10_000, everyMs = 25, signal } = options;
  const end = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const value = await probe();
      if (value !== false && value !== undefined) return value as Exclude<T, false | undefined>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= end) throw new DeadlineError(`${what}: not within ${timeoutMs} ms`, { cause });
    await delay(everyMs, undefined, signal ? { signal } : {});
  }
}
