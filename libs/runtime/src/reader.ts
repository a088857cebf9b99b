// Reads what is kept elsewhere whenever somebody says that it may be new: one reading at a time, and whatever is said
// meanwhile is one more.
export interface ReaderOptions {
  read: () => Promise<void>;
  failed: (error: unknown) => void;
  /** A reading that failed is tried again after so long; left out: with what is said next. */
  retryMs?: number;
}

export class Reader implements AsyncDisposable {
  readonly #options: ReaderOptions;
  #isClosed = false;
  #isWanted = false;
  #reading: Promise<void> | null = null;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** It may be new. */
  want(): void {
    if (this.#isClosed) return;
    this.#isWanted = true;
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = null;
    });
  }

  async #readOn(): Promise<void> {
    const { read, failed, retryMs } = this.#options;
    while (this.#isWanted && !this.#isClosed) {
      this.#isWanted = false;
      try {
        await read();
      } catch (error) {
        failed(error);
        if (retryMs === undefined) continue;
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => this.want(), retryMs).unref();
        return;
      }
    }
  }

  /** Ends after the reading that is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    await this.#reading;
    // One that failed meanwhile has asked for another.
    clearTimeout(this.#retry);
  }
}
