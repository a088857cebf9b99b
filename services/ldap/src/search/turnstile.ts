// Long searches share the event loop with everybody else: each works a few milliseconds, and one of them at a time goes on
// in each round of the loop, however many there are. So do clients that send many requests at once.

export class Turnstile {
  readonly #waiting: (() => void)[] = [];
  #isTurning = false;

  /** Whether a long search waits for its turn. */
  get isBusy(): boolean {
    return this.#waiting.length > 0;
  }

  /** Resolves when it is the caller's turn, after everybody who came before. */
  pass(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (!this.#isTurning) this.#turn();
    });
  }

  #turn(): void {
    this.#isTurning = true;
    setImmediate(() => {
      this.#isTurning = false;
      this.#waiting.shift()?.();
      if (this.isBusy) this.#turn();
    });
  }
}
