// Long work of one client leaves the event loop to the others every few milliseconds: an `await` on something that
// is there already does not.

const TURN_MS = 5;

/** A turn at the event loop. In a loop over many things: `if (turn.isOver) await turn.pass();` */
export class Turn {
  readonly #length: number;
  #end: number;

  constructor(milliseconds = TURN_MS) {
    this.#length = milliseconds;
    this.#end = performance.now() + milliseconds;
  }

  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Resolves when everybody who waited had a turn. */
  async pass(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#end = performance.now() + this.#length;
  }
}
