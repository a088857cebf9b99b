// How long one search may take, and how much of the book it may look at. A search that goes on leaves the event loop to the
// others every few milliseconds, and ends where it is when the client has taken it back.
import { Refused } from '../protocol/result.ts';
import type { Signal } from '../operation.ts';
import { Turnstile } from './turnstile.ts';

/** Milliseconds of a search, whatever the client allows. */
const MAX_MILLISECONDS = 30_000;
/** Of work between two turns. */
const TURN_MS = 5;
/** Parts of a filter that entries are held against, between two looks at the clock. */
const STRIDE = 64;

/** Of all searches of this process. */
const turnstile = new Turnstile();

/** The client has taken the operation back, or has gone. */
export class Abandoned extends Error {
  override name = 'Abandoned';
}

export class Patience {
  readonly #deadline: number;
  readonly #signal: Signal;
  #turnBegan = performance.now();
  #looked = 0;

  readonly #weight: number;

  /** `timeLimit` as the client gives it, in seconds; `weight`: parts of the filter. */
  constructor(timeLimit: number, signal: Signal, weight = 1) {
    this.#weight = weight;
    this.#deadline =
      Date.now() + Math.min(timeLimit === 0 ? Number.POSITIVE_INFINITY : timeLimit * 1000, MAX_MILLISECONDS);
    this.#signal = signal;
  }

  /** Called for each entry. Whether it is time to `rest`. */
  get isUsedUp(): boolean {
    this.#looked += this.#weight;
    if (this.#looked < STRIDE) return false;
    this.#looked = 0;
    return performance.now() - this.#turnBegan >= TURN_MS;
  }

  /** Throws `Abandoned`, or `Refused` when the time is over. */
  async rest(): Promise<void> {
    await turnstile.pass();
    this.#turnBegan = performance.now();
    this.check();
  }

  /** Before a search begins: behind those that go on already. */
  async begin(): Promise<void> {
    if (turnstile.isBusy) await this.rest();
  }

  check(): void {
    if (this.#signal.aborted) throw new Abandoned();
    if (Date.now() >= this.#deadline) throw new Refused('timeLimitExceeded', 'the search takes too long');
  }
}
