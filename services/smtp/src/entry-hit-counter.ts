// How often entries of the lists decide, gathered: an entry that is hit a thousand times a second is written once in some
// seconds, with all others, in one statement. What a killed process had not yet written is lost.
import type { Logger } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import { addEntryHits, type EntryHits } from '@pochtar/store/lists';

const EVERY_MS = 3000;
/** Entries that are remembered while the database is away; more are not counted. */
const MAX_ENTRIES = 20_000;

export class EntryHitCounter implements AsyncDisposable {
  readonly #db: Queryable;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #gathered = new Map<number, EntryHits>();
  #writing: Promise<void> = Promise.resolve();

  constructor(db: Queryable, log: Logger) {
    this.#db = db;
    this.#log = log;
    this.#timer = setInterval(() => {
      this.#writing = this.#writing.then(() => this.#write());
    }, EVERY_MS).unref();
  }

  count(id: number, now = Date.now()): void {
    this.#add({ id, hits: 1, last: new Date(now) });
  }

  #add({ id, hits, last }: EntryHits): void {
    const known = this.#gathered.get(id);
    if (known === undefined && this.#gathered.size >= MAX_ENTRIES) return;
    this.#gathered.set(id, {
      id,
      hits: (known?.hits ?? 0) + hits,
      last: known === undefined || known.last < last ? last : known.last,
    });
  }

  async #write(): Promise<void> {
    const counted = this.#gathered;
    this.#gathered = new Map();
    try {
      await addEntryHits(this.#db, [...counted.values()]);
    } catch (error) {
      this.#log.warn({ err: error }, 'hits of list entries could not be written yet');
      for (const hits of counted.values()) this.#add(hits);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    await this.#write();
  }
}
