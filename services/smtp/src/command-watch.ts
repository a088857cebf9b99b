// How long the next command may take to come, to its line end. The idle time of a socket is no limit: an octet a minute
// begins it anew. RFC 5321 §4.5.3.2.7: a server waits for a command for at least five minutes, counted from its last reply.

export class CommandWatch {
  readonly #isWaiting: () => boolean;
  readonly #late: () => void;
  #timer: NodeJS.Timeout | undefined;
  #ms = 0;

  /** `isWaiting`: it is the client's turn; while it is not, nobody is late. */
  constructor(isWaiting: () => boolean, late: () => void) {
    this.#isWaiting = isWaiting;
    this.#late = late;
  }

  /** From now on, so long. */
  start(ms: number): void {
    if (this.#timer !== undefined && this.#ms === ms) return void this.#timer.refresh();
    this.stop();
    this.#ms = ms;
    this.#timer = setTimeout(() => this.#end(), ms).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #end(): void {
    if (this.#isWaiting()) this.#late();
    else this.#timer?.refresh();
  }
}
