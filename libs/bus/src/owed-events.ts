// Events of committed rows that the bus did not take: kept here, and told when it takes events again. So an outage costs
// the mails their wait and nothing on top, instead of the minute or two after which the reconciler takes an event for
// lost. It is memory, and bounded: what does not fit, or ends with the process, the reconciler finds in the rows.
import type { Logger } from '@pochtar/runtime';
import type { Step } from './filter-order.ts';
import { MAX_MAILS_PER_EVENT } from './subjects.ts';

export interface OwedEventsOptions {
  publish: (step: Step, mails: string[]) => Promise<void>;
  log: Logger;
}

const MAX_OWED = 20_000;
const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 4000;

export class OwedEvents {
  readonly #options: OwedEventsOptions;
  readonly #mails = new Map<Step, Set<string>>();
  #isStopped = false;
  #isTelling = false;
  #wake: () => void = () => {};

  constructor(options: OwedEventsOptions) {
    this.#options = options;
  }

  get size(): number {
    let size = 0;
    for (const mails of this.#mails.values()) size += mails.size;
    return size;
  }

  add(step: Step, mail: string): void {
    if (this.#isStopped || this.size >= MAX_OWED) return;
    const mails = this.#mails.get(step) ?? new Set();
    this.#mails.set(step, mails.add(mail));
    if (!this.#isTelling) void this.#tell();
  }

  /** The bus may take events again. */
  hint(): void {
    this.#wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  // One event at a time is the question whether the bus takes any: while it does not, nothing piles up there.
  async #tell(): Promise<void> {
    this.#isTelling = true;
    let told = 0;
    for (let pause = FIRST_PAUSE_MS; this.size > 0 && !this.#isStopped; ) {
      await this.#pause(pause);
      try {
        while (this.size > 0 && !this.#isStopped) told += await this.#tellOne();
        pause = FIRST_PAUSE_MS;
      } catch {
        pause = Math.min(pause * 2, LAST_PAUSE_MS);
      }
    }
    this.#isTelling = false;
    if (told > 0) this.#options.log.info({ mails: told }, 'events that were owed are told');
  }

  async #tellOne(): Promise<number> {
    for (const [step, owed] of this.#mails) {
      const mails = [...owed].slice(0, MAX_MAILS_PER_EVENT);
      if (mails.length === 0) continue;
      await this.#options.publish(step, mails);
      for (const mail of mails) owed.delete(mail);
      return mails.length;
    }
    return 0;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
