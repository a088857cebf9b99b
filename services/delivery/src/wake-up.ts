// A loop's sleep: until a time, until something became due, or until the process stops.
import { setTimeout as sleep } from 'node:timers/promises';

export class WakeUp {
  readonly #stopping: AbortSignal;
  #isHinted = true;
  #wake: () => void = () => {};

  constructor(stopping: AbortSignal) {
    this.#stopping = stopping;
    stopping.addEventListener('abort', () => this.#wake(), { once: true });
  }

  /** Something became due: also when nobody waits now. */
  hint(): void {
    this.#isHinted = true;
    this.#wake();
  }

  /** What is hinted from now on is meant for the next round. */
  clear(): void {
    this.#isHinted = false;
  }

  get isHinted(): boolean {
    return this.#isHinted;
  }

  /** Ends early when the process stops; hints wait, so that many share one round. */
  async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping }).catch(() => {});
  }

  /** Ends with a hint, also one that has come before. */
  async wait(ms: number): Promise<void> {
    if (this.#isHinted || this.#stopping.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms);
      this.#wake = done;
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
    });
    this.#wake = () => {};
  }
}
