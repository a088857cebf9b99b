// SCRAM in a running process: the keys of accounts, made at a log-in with a password where they are missing, and whether the
// mechanism is offered. A client chooses it wherever it is offered, so it is offered while nobody would be shut out.
import type { Logger } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import { everyoneHasScramKeys, ScramKeyStore } from '@pochtar/store/directory';

const LOOK_MS = 15_000;
const MAX_KNOWN = 10_000;

export interface ScramOptions {
  db: Queryable;
  masterKey: Buffer;
  log: Logger;
}

export class Scram implements AsyncDisposable {
  readonly keys: ScramKeyStore;
  readonly #options: ScramOptions;
  readonly #timer: NodeJS.Timeout;
  /** Accounts and password hashes that have keys. */
  readonly #known = new Set<string>();
  #isOffered = false;
  #work: Promise<void> = Promise.resolve();

  private constructor(options: ScramOptions) {
    this.#options = options;
    this.keys = new ScramKeyStore(options.db, options.masterKey);
    this.#timer = setInterval(() => void this.#look(), LOOK_MS).unref();
  }

  static async follow(options: ScramOptions): Promise<Scram> {
    const scram = new Scram(options);
    await scram.#look();
    return scram;
  }

  get isOffered(): boolean {
    return this.#isOffered;
  }

  /** A password was right. Keys are made one after the other, and a log-in does not wait for them. */
  learn(address: string, passwordHash: string, password: string): void {
    const known = `${address} ${passwordHash}`;
    if (this.#known.has(known)) return;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.add(known);
    this.#work = this.#work.then(async () => {
      try {
        if (await this.keys.keep(address, passwordHash, password)) await this.#look();
      } catch (error) {
        this.#known.delete(known);
        this.#options.log.warn({ err: error }, 'the SCRAM keys of an account could not be kept');
      }
    });
  }

  async #look(): Promise<void> {
    try {
      this.#isOffered = await everyoneHasScramKeys(this.#options.db);
    } catch (error) {
      this.#options.log.debug({ err: error }, 'whether SCRAM can be offered is asked again');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#work;
  }
}
