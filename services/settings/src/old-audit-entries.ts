// Removes entries of the audit log that are older than they are kept, slice by slice, once an hour.
import type { Logger } from '@pochtar/runtime';
import { forgetAudit } from '@pochtar/store/audit';
import type { Database } from '@pochtar/store/db';

const EVERY_MS = 3_600_000;

export function removeOldAuditEntries({ db, log }: { db: Database; log: Logger }): AsyncDisposable {
  const stopping = new AbortController();
  const { signal } = stopping;
  const remove = async (): Promise<void> => {
    try {
      while (!signal.aborted && (await forgetAudit(db)) > 0);
    } catch (error) {
      log.warn({ err: error }, 'old entries of the audit log could not be removed; trying again later');
    }
  };
  let running = remove();
  const timer = setInterval(() => {
    running = running.then(remove);
  }, EVERY_MS);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      clearInterval(timer);
      await running;
    },
  };
}
