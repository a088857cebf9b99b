// The sign of life of a process that sends, and what follows from those of the others: the leases of a dead one are
// ended by whoever has watched for long enough to know. Who has not been able to give signs itself (the database was
// away, the process hung) judges nobody, and must look whether its own leases are still its own.
import type { Logger } from '@pochtar/runtime';
import { beat, endDeadLeases, removeSender } from '@pochtar/store/queue';
import type { Database } from '@pochtar/store/db';

/** Beats that a dead sender has missed. */
const MISSED = 5;

export interface HeartOptions {
  db: Database;
  log: Logger;
  /** Of this process. */
  sender: string;
  beatSeconds: number;
  leaseSeconds: number;
  /** Recipients and notices of a dead sender are due. */
  onFreed: () => void;
}

export class Heart {
  readonly #options: HeartOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #lastBeat = Number.NEGATIVE_INFINITY;
  #steadySince = 0;
  #isBeating = false;

  constructor(options: HeartOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.beat(), options.beatSeconds * 1000);
  }

  get #deadMs(): number {
    return this.#options.beatSeconds * 1000 * MISSED;
  }

  /** Since when nobody can have taken this process for dead; null: somebody may have. */
  get steadySince(): number | null {
    return this.#isSteady ? this.#steadySince : null;
  }

  get #isSteady(): boolean {
    return performance.now() - this.#lastBeat < this.#deadMs / 2;
  }

  async beat(): Promise<void> {
    if (this.#isBeating) return;
    this.#isBeating = true;
    const { db, log, sender, leaseSeconds, onFreed } = this.#options;
    try {
      const began = performance.now();
      await beat(db, sender);
      // A statement that took long may have been written at any time of it.
      if (!this.#isSteady || performance.now() - began >= this.#deadMs / 2)
        this.#steadySince = performance.now();
      this.#lastBeat = began;
      if (performance.now() - this.#steadySince < this.#deadMs) return;
      const freed = await endDeadLeases(db, this.#deadMs / 1000, leaseSeconds);
      if (freed === 0) return;
      log.warn({ freed }, 'a sender is dead: what it had in hand is due');
      onFreed();
    } catch (error) {
      log.warn({ reason: String(error) }, 'no sign of life could be given');
    } finally {
      this.#isBeating = false;
    }
  }

  /** Nothing is in hand any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await removeSender(this.#options.db, this.#options.sender).catch(() => {});
  }
}
