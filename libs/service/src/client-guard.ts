// Local client addresses that many strangers seem to stand behind (ADR 29): while trust in one is suspended it is no client of
// its own, for nobody. Judged by smtp; read here on a hint, after a reconnect and every 15 s. While they cannot be read,
// those that are known stay suspended.
import { type Bus, guardChanged } from '@pochtar/bus';
import { type Logger, networkSet, Reader } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import { suspendedClients } from '@pochtar/store/lists';

const COMPARE_MS = 15_000;

interface GuardTools {
  db: Queryable;
  bus: Bus;
  log: Logger;
}

export class ClientGuard implements AsyncDisposable {
  readonly #db: Queryable;
  readonly #reader: Reader;
  readonly #timer: NodeJS.Timeout;
  readonly #hints: { stop(): void };
  #isIn: (address: string) => boolean = () => false;

  private constructor({ db, bus, log }: GuardTools) {
    this.#db = db;
    this.#reader = new Reader({
      read: () => this.#read(),
      failed: (error) => log.warn({ err: error }, 'which client addresses are suspended cannot be read yet'),
    });
    this.#hints = bus.subscribe(guardChanged, () => this.refresh());
    bus.onReconnect(() => this.refresh());
    this.#timer = setInterval(() => this.refresh(), COMPARE_MS).unref();
  }

  /** Resolves when they have been read once. */
  static async follow(tools: GuardTools): Promise<ClientGuard> {
    const made = new ClientGuard(tools);
    try {
      await made.#read();
    } catch (error) {
      await made[Symbol.asyncDispose]();
      throw error;
    }
    return made;
  }

  /** Whether the address says nothing of who the client is. */
  isSuspended(address: string): boolean {
    return this.#isIn(address);
  }

  /** Reads them soon. */
  refresh(): void {
    this.#reader.want();
  }

  async #read(): Promise<void> {
    const suspended = await suspendedClients(this.#db);
    this.#isIn = suspended.length === 0 ? () => false : networkSet(suspended);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#hints.stop();
    await this.#reader[Symbol.asyncDispose]();
  }
}
