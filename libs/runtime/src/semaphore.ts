// Bounds how many things run at once, and how many may wait for it.

export class Saturated extends Error {
  override name = 'Saturated';
}

export class Semaphore {
  #free: number;
  readonly #limit: number;
  readonly #maxWaiting: number;
  #waiting: (() => void)[] = [];

  /** At most `limit` at once; more than `maxWaiting` in line are refused with `Saturated`. */
  constructor(limit: number, maxWaiting = Number.POSITIVE_INFINITY) {
    this.#free = limit;
    this.#limit = limit;
    this.#maxWaiting = maxWaiting;
  }

  get running(): number {
    return this.#limit - this.#free;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.acquire();
    try {
      return await work();
    } finally {
      this.release();
    }
  }

  async acquire(): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    if (this.#waiting.length >= this.#maxWaiting) throw new Saturated('too many waiting');
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }

  /** Resolves when nothing runs any more. Nothing new may be started meanwhile. */
  async drained(): Promise<void> {
    const held: Promise<void>[] = [];
    for (let index = 0; index < this.#limit; index++) held.push(this.acquire());
    await Promise.all(held);
    for (let index = 0; index < this.#limit; index++) this.release();
  }
}
