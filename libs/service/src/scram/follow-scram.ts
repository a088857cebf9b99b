// SCRAM in a running process: the keys of accounts, made at a log-in with a password where they are missing, and whether the
// mechanism is offered.
import type { Logger } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import { ScramKeyStore } from '@pochtar/store/directory';
import { ScramOffer } from './scram-offer.ts';

const MAX_KNOWN = 10_000;

export interface ScramOptions {
  db: Queryable;
  masterKey: Buffer;
  log: Logger;
}

export class Scram implements AsyncDisposable {
  readonly keys: ScramKeyStore;
  readonly #options: ScramOptions;
  readonly #offer: ScramOffer;
  /** Accounts and password hashes that have keys. */
  readonly #known = new Set<string>();
  #work: Promise<void> = Promise.resolve();

  private constructor(options: ScramOptions, offer: ScramOffer) {
    this.#options = options;
    this.#offer = offer;
    this.keys = new ScramKeyStore(options.db, options.masterKey);
  }

  static async follow(options: ScramOptions): Promise<Scram> {
    return new Scram(options, await ScramOffer.follow(options));
  }

  get isOffered(): boolean {
    return this.#offer.isOffered;
  }

  /** A password was right. Keys are made one after the other, and a log-in does not wait for them. */
  learn(address: string, passwordHash: string, password: string): void {
    const known = `${address} ${passwordHash}`;
    if (this.#known.has(known)) return;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.add(known);
    this.#work = this.#work.then(async () => {
      try {
        if (await this.keys.keep(address, passwordHash, password)) await this.#offer.look();
      } catch (error) {
        this.#known.delete(known);
        this.#options.log.warn({ err: error }, 'the SCRAM keys of an account could not be kept');
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#offer[Symbol.dispose]();
    await this.#work;
  }
}
