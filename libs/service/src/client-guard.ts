// Local client addresses that many strangers seem to stand behind (ADR 29): while trust in one is suspended it is no client of
// its own, for nobody. Judged by smtp; read here on a hint, after a reconnect and every 15 s. While they cannot be read,
// those that are known stay suspended.
import { type Bus, guardChanged } from '@pochtar/bus';
import { type Logger, networkSet } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import { suspendedClients } from '@pochtar/store/lists';
import { type FollowedRows, followRows } from './follow-rows.ts';

interface GuardTools {
  db: Queryable;
  bus: Bus;
  log: Logger;
}

export class ClientGuard implements AsyncDisposable {
  #rows: FollowedRows | null = null;
  #isIn: (address: string) => boolean = () => false;

  private constructor() {}

  /** Resolves when they have been read once. */
  static async follow({ db, bus, log }: GuardTools): Promise<ClientGuard> {
    const made = new ClientGuard();
    made.#rows = await followRows({
      ...{ bus, log, hint: guardChanged, what: 'which client addresses are suspended' },
      read: async () => {
        const suspended = await suspendedClients(db);
        made.#isIn = suspended.length === 0 ? () => false : networkSet(suspended);
      },
    });
    return made;
  }

  /** Whether the address says nothing of who the client is. */
  isSuspended(address: string): boolean {
    return this.#isIn(address);
  }

  /** Reads them soon. */
  refresh(): void {
    this.#rows?.refresh();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rows?.[Symbol.asyncDispose]();
  }
}
