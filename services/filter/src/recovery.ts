// Mails that wait for a scanner come again as soon as it is well, instead of at the end of their wait (architecture
// §5.6). Asked is only after a mail had to wait; a scanner that answers at once was not away: then the wait counts, so
// that a mail which one scanner cannot take is not tried in a circle.
import type { Bus, Step } from '@pochtar/bus';
import { wakeStep } from '@pochtar/store/queue';
import type { ContentFilterName, FilterTools } from './filter.ts';

const ASK_MS = 5000;
const SLICE = 500;

export interface RecoveryOptions {
  bus: Bus;
  step: ContentFilterName;
  isWell: () => Promise<boolean>;
  tools: Pick<FilterTools, 'db' | 'log'>;
}

export class Recovery implements AsyncDisposable {
  readonly #options: RecoveryOptions;
  readonly #stopping = new AbortController();
  #watching: Promise<void> | null = null;

  /** Mails may have been waiting before this process began. */
  constructor(options: RecoveryOptions) {
    this.#options = options;
    this.watch();
  }

  /** A mail has to wait. */
  watch(): void {
    if (this.#stopping.signal.aborted) return;
    this.#watching ??= this.#untilWell().finally(() => {
      this.#watching = null;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
  }

  async #untilWell(): Promise<void> {
    const { tools, step, isWell } = this.#options;
    if (await this.#ask(isWell)) return;
    while (!this.#stopping.signal.aborted) {
      await this.#pause();
      if (this.#stopping.signal.aborted || !(await this.#ask(isWell))) continue;
      try {
        await this.#wake();
        return;
      } catch (error) {
        tools.log.warn({ filter: step, reason: String(error) }, 'waiting mails are woken later');
      }
    }
  }

  async #ask(isWell: () => Promise<boolean>): Promise<boolean> {
    return isWell().catch(() => false);
  }

  async #wake(): Promise<void> {
    const { bus, step, tools } = this.#options;
    for (let found = SLICE; found === SLICE; ) {
      const woken = await wakeStep(tools.db, step, SLICE);
      found = woken.length;
      // Committed as active: what the bus does not take now it hears later.
      await Promise.all(woken.map((mail) => bus.announceStep(step as Step, mail)));
      if (found > 0) tools.log.info({ filter: step, mails: found }, 'well again: waiting mails come again');
    }
  }

  #pause(): Promise<void> {
    const { signal } = this.#stopping;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ASK_MS);
      signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
}
