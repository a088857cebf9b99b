// What greylisting did, by the day: a flood of strangers is one statement in some seconds.
import { type Logger, Tally } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import { addGreylistCounts, type GreylistCount, type GreylistOutcome } from '@pochtar/store/lists';

/** Outcomes of so many days: far more than there are. */
const MAX_ROWS = 1000;

export class GreylistCounts implements AsyncDisposable {
  readonly #tally: Tally<GreylistCount>;

  constructor(db: Queryable, log: Logger) {
    this.#tally = new Tally({
      keyOf: ({ day, outcome }) => `${day} ${outcome}`,
      merge: (known, { count }) => void (known.count += count),
      write: (rows) => addGreylistCounts(db, rows),
      ...{ maxRows: MAX_ROWS, what: 'what greylisting did', log },
    });
  }

  add(outcome: GreylistOutcome, count = 1): void {
    this.#tally.add({ day: new Date().toISOString().slice(0, 10), outcome, count });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#tally[Symbol.asyncDispose]();
  }
}
