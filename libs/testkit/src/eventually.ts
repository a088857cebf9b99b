// Waiting for a condition, where a sleep would be a guess.
import { until } from '@pochtar/native';

/**
 * Repeats `check` until it neither throws nor returns false or undefined, and returns its value. Assertions may stand
 * inside: the last failure is shown when the time is over, which is against what never comes: 20 s.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: { timeout?: number; interval?: number } = {},
): Promise<T> {
  let last: T | undefined;
  try {
    await until(
      'the condition holds',
      async () => {
        last = await check();
        return last !== false;
      },
      { timeoutMs: options.timeout ?? 20_000, everyMs: options.interval ?? 20 },
    );
    return last as T;
  } catch (error) {
    if (error instanceof Error && error.cause instanceof Error) throw error.cause;
    throw error;
  }
}
