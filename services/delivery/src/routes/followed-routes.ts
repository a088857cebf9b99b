// The routes of single domains as this process knows them. Whoever sends looks at them for every batch; what waits already
// is sent the new way when they change.
import { type Bus, routesChanged } from '@pochtar/bus';
import type { Logger } from '@pochtar/runtime';
import { type FollowedRows, followRows } from '@pochtar/service';
import type { Database } from '@pochtar/store/db';
import { readRoutes, routesRevision } from '@pochtar/store/queue';
import { RouteTable } from './route-table.ts';

export interface RoutesTools {
  db: Database;
  bus: Bus;
  log: Logger;
}

export class FollowedRoutes implements AsyncDisposable {
  #table = new RouteTable([]);
  #revision = -1;
  #isOwedAgain = false;
  #rows: FollowedRows | null = null;
  #changed: (() => Promise<void>) | null = null;

  private constructor() {}

  /** Resolves when they have been read once. */
  static async follow({ db, bus, log }: RoutesTools): Promise<FollowedRoutes> {
    const made = new FollowedRoutes();
    const what = 'the routes of single domains';
    made.#rows = await followRows({ bus, log, hint: routesChanged, what, read: () => made.#read(db) });
    return made;
  }

  get table(): RouteTable {
    return this.#table;
  }

  /** Is called after every change, and until it succeeds. */
  onChange(changed: () => Promise<void>): void {
    this.#changed = changed;
  }

  /** Reads them soon. */
  refresh(): void {
    this.#rows?.refresh();
  }

  async #read(db: Database): Promise<void> {
    // Before the rows: what changes meanwhile is read once more.
    const revision = await routesRevision(db);
    const isNew = revision !== this.#revision;
    if (isNew) this.#table = new RouteTable(await readRoutes(db));
    else if (!this.#isOwedAgain) return;
    await this.#changed?.();
    this.#revision = revision;
    // What another process, which had not heard yet, had in hand meanwhile follows with the next reading.
    this.#isOwedAgain = isNew;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rows?.[Symbol.asyncDispose]();
  }
}
