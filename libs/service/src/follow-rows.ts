// What a process keeps in memory of rows that others change: read at the start, on a hint, after a reconnect, and every so
// often for a hint that was lost. While they cannot be read, what is known stays.
import type { Bus, Subject } from '@pochtar/bus';
import { type Logger, Reader } from '@pochtar/runtime';

const COMPARE_MS = 15_000;

export interface FollowOptions<Hint> {
  bus: Bus;
  log: Logger;
  hint: Subject<Hint>;
  read: () => Promise<void>;
  /** For the log, when they cannot be read. */
  what: string;
}

export interface FollowedRows extends AsyncDisposable {
  /** Reads them soon. */
  refresh(): void;
}

/** Resolves when they have been read once. */
export async function followRows<Hint>(options: FollowOptions<Hint>): Promise<FollowedRows> {
  const { bus, log, hint, read, what } = options;
  await using stack = new AsyncDisposableStack();
  const reader = stack.use(
    new Reader({ read, failed: (error) => log.warn({ err: error }, `${what} cannot be read yet`) }),
  );
  const refresh = (): void => reader.want();
  const hints = bus.subscribe(hint, refresh);
  stack.defer(() => hints.stop());
  bus.onReconnect(refresh);
  const timer = setInterval(refresh, COMPARE_MS).unref();
  stack.defer(() => clearInterval(timer));
  await read();
  const opened = stack.move();
  return { refresh, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
