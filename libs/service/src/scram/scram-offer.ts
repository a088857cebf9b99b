// Whether SCRAM is offered. A client chooses it wherever it is, so it is offered while nobody would be shut out (ADR 24).
import type { Logger } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import { everyoneHasScramKeys } from '@pochtar/store/directory';

const LOOK_MS = 15_000;

export interface ScramOfferOptions {
  db: Queryable;
  log: Logger;
}

export class ScramOffer implements Disposable {
  readonly #options: ScramOfferOptions;
  readonly #timer: NodeJS.Timeout;
  #isOffered = false;

  private constructor(options: ScramOfferOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  /** Resolves when it has been looked once. */
  static async follow(options: ScramOfferOptions): Promise<ScramOffer> {
    const offer = new ScramOffer(options);
    await offer.look();
    return offer;
  }

  get isOffered(): boolean {
    return this.#isOffered;
  }

  async look(): Promise<void> {
    try {
      this.#isOffered = await everyoneHasScramKeys(this.#options.db);
    } catch (error) {
      this.#options.log.debug({ err: error }, 'whether SCRAM can be offered is asked again');
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
