// How often entries of the lists decide: an entry that is hit a thousand times a second is written once in some seconds,
// with all others.
import { type Logger, Tally } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import { addEntryHits, type EntryHits } from '@pochtar/store/lists';

const MAX_ENTRIES = 20_000;

export class EntryHitCounter implements AsyncDisposable {
  readonly #tally: Tally<EntryHits>;

  constructor(db: Queryable, log: Logger) {
    this.#tally = new Tally({
      keyOf: ({ id }) => String(id),
      merge: (known, { hits, last }) => {
        known.hits += hits;
        if (known.last < last) known.last = last;
      },
      write: (rows) => addEntryHits(db, rows),
      ...{ maxRows: MAX_ENTRIES, what: 'hits of list entries', log },
    });
  }

  count(id: number, now = Date.now()): void {
    this.#tally.add({ id, hits: 1, last: new Date(now) });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#tally[Symbol.asyncDispose]();
  }
}
