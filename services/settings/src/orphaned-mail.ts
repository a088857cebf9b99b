// Removes the mail of deleted accounts in the background, slice by slice; woken by a deletion and once an hour,
// so that what a crash left over goes as well.
import { deleteOrphanedMail } from '@pochtar/store/directory';
import type { Logger } from '@pochtar/runtime';
import type { Database } from '@pochtar/store/db';

const EVERY_MS = 3_600_000;

export interface OrphanedMail extends AsyncDisposable {
  /** There may be something to remove. */
  wake(): void;
}

export function removeOrphanedMail(context: { db: Database; log: Logger }): OrphanedMail {
  const stopping = new AbortController();
  const { signal } = stopping;
  let isWanted = false;
  let running: Promise<void> | undefined;
  const work = async (): Promise<void> => {
    while (isWanted && !signal.aborted) {
      isWanted = false;
      try {
        while (!signal.aborted && (await deleteOrphanedMail(context.db)) > 0);
      } catch (error) {
        context.log.warn({ err: error }, 'mail of deleted accounts could not be removed; trying again later');
      }
    }
  };
  const wake = (): void => {
    isWanted = true;
    running ??= work().finally(() => {
      running = undefined;
    });
  };
  const timer = setInterval(wake, EVERY_MS);
  return {
    wake,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      clearInterval(timer);
      await running;
    },
  };
}
