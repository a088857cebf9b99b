// Attempts that were put off, gathered: they leave no row behind that could be counted later.
import { type DeferredAttempts, hourOf } from '@pochtar/store/trace';

/** Different pairs of account and far domain that are told apart; the others are counted for the server alone. */
const MAX_PAIRS = 5000;

/** Attempts that were put off since they were written last. */
export class DeferredCount {
  #counts = new Map<string, DeferredAttempts>();

  add(accountId: number | null, recipient: string, now = new Date()): void {
    const hour = hourOf(now);
    const domain = recipient.slice(recipient.lastIndexOf('@') + 1).toLowerCase();
    const isTold = this.#counts.size < MAX_PAIRS;
    this.#put(
      isTold ? { hour, accountId, domain, count: 1 } : { hour, accountId: null, domain: '', count: 1 },
    );
  }

  take(): DeferredAttempts[] {
    const all = [...this.#counts.values()];
    this.#counts = new Map();
    return all;
  }

  /** They could not be written: next time. */
  giveBack(all: readonly DeferredAttempts[]): void {
    for (const one of all) this.#put(one);
  }

  #put(one: DeferredAttempts): void {
    const key = `${one.hour.getTime()} ${one.accountId} ${one.domain}`;
    const known = this.#counts.get(key);
    if (known === undefined) this.#counts.set(key, one);
    else known.count += one.count;
  }
}
