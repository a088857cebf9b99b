// Photos of people, which are not kept in memory: brought from Postgres for a few entries at a time. While they cannot be
// read, entries go out without them: a search for a telephone number does not fail for want of a picture.
import { type Logger, Semaphore } from '@pochtar/runtime';
import { readPhotos } from '@pochtar/store/book';
import type { Queryable } from '@pochtar/store/db';

/** Readings at a time, of all sessions. */
const MAX_READINGS = 2;

export class Photos {
  readonly #db: Queryable;
  readonly #log: Logger;
  readonly #readings = new Semaphore(MAX_READINGS);

  constructor(db: Queryable, log: Logger) {
    this.#db = db;
    this.#log = log;
  }

  /** By the key in the book, of those that have one; never rejects. */
  async read(keys: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    if (keys.length === 0) return new Map();
    try {
      return await this.#readings.run(() => readPhotos(this.#db, keys));
    } catch (error) {
      this.#log.warn({ err: error }, 'photos cannot be read; entries go out without them');
      return new Map();
    }
  }
}
