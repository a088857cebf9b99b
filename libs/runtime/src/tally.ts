// What happens often, gathered by keys and written together in some seconds: a flood is one statement. What a killed process
// had not yet written is lost; what cannot be written is kept and tried again.
import type { Logger } from './log.ts';

const EVERY_MS = 3000;

export interface TallyOptions<Row> {
  keyOf: (row: Row) => string;
  /** Adds what came again to what is known of its key. */
  merge: (known: Row, more: Row) => void;
  write: (rows: Row[]) => Promise<void>;
  /** Keys that are remembered between two writings, or while there is nothing to write to; more are left out. */
  maxRows: number;
  /** For the log, when it cannot be written. */
  what: string;
  log: Logger;
}

export class Tally<Row extends object> implements AsyncDisposable {
  readonly #options: TallyOptions<Row>;
  readonly #timer: NodeJS.Timeout;
  #gathered = new Map<string, Row>();
  #writing: Promise<void> = Promise.resolve();

  constructor(options: TallyOptions<Row>) {
    this.#options = options;
    this.#timer = setInterval(() => {
      this.#writing = this.#writing.then(() => this.#write());
    }, EVERY_MS).unref();
  }

  /** The row is the tally's from now on. */
  add(row: Row): void {
    const { keyOf, merge, maxRows } = this.#options;
    const key = keyOf(row);
    const known = this.#gathered.get(key);
    if (known !== undefined) merge(known, row);
    else if (this.#gathered.size < maxRows) this.#gathered.set(key, row);
  }

  async #write(): Promise<void> {
    const { write, what, log } = this.#options;
    if (this.#gathered.size === 0) return;
    const gathered = this.#gathered;
    this.#gathered = new Map();
    try {
      await write([...gathered.values()]);
    } catch (error) {
      log.warn({ err: error }, `${what} could not be written yet`);
      for (const row of gathered.values()) this.add(row);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    await this.#write();
  }
}
