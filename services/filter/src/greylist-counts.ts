// What greylisting did, gathered: a flood of strangers is one statement in some seconds. What a killed process had not yet
// written is lost.
import type { Logger } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import { addGreylistCounts, type GreylistCount, type GreylistOutcome } from '@pochtar/store/lists';

const EVERY_MS = 3000;

export class GreylistCounts implements AsyncDisposable {
  readonly #db: Queryable;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #gathered = new Map<string, GreylistCount>();
  #writing: Promise<void> = Promise.resolve();

  constructor(db: Queryable, log: Logger) {
    this.#db = db;
    this.#log = log;
    this.#timer = setInterval(() => {
      this.#writing = this.#writing.then(() => this.#write());
    }, EVERY_MS).unref();
  }

  add(outcome: GreylistOutcome, count = 1): void {
    this.#add({ day: new Date().toISOString().slice(0, 10), outcome, count });
  }

  #add(one: GreylistCount): void {
    const key = `${one.day} ${one.outcome}`;
    const known = this.#gathered.get(key);
    if (known === undefined) this.#gathered.set(key, { ...one });
    else known.count += one.count;
  }

  async #write(): Promise<void> {
    const gathered = this.#gathered;
    this.#gathered = new Map();
    try {
      await addGreylistCounts(this.#db, [...gathered.values()]);
    } catch (error) {
      this.#log.warn({ err: error }, 'what greylisting did could not be written yet');
      for (const one of gathered.values()) this.#add(one);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    await this.#write();
  }
}
