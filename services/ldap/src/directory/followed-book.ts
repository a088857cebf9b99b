// The book of a running process. Postgres holds it; the bus hints that something of it is new. What changed is read on a hint,
// after a reconnect and every 15 s, so that a lost hint costs 15 s. While it can't be read, the book that is known goes on
// answering.
import { type Bus, directoryChanged } from '@pochtar/bus';
import { Reader, type ServiceContext } from '@pochtar/runtime';
import { type BookChanges, readBookChanges } from '@pochtar/store/book';
import type { Queryable } from '@pochtar/store/db';
import { type BookEntry, external, group, keyOf, person } from './book-entry.ts';
import { Book } from './book.ts';

const COMPARE_MS = 15_000;
const RETRY_MS = 1000;
/** Changes that are too many to be made one by one, where they are a good part of the book. */
const MANY = 2000;

export interface FollowedBookOptions {
  db: Queryable;
  bus: Bus;
  context: ServiceContext;
  /** Called when something of the book is another; `readSince` is when its reading began. */
  onChange: (readSince: number) => void;
  /** How often it is looked without a hint; 15 s. */
  compareMs?: number;
}

export class FollowedBook implements AsyncDisposable {
  readonly book = new Book();
  readonly #options: FollowedBookOptions;
  readonly #reader: Reader;
  readonly #compare: NodeJS.Timeout;
  readonly #hints: { stop(): void };
  #horizon: string | null = null;

  private constructor(options: FollowedBookOptions) {
    const { bus } = options;
    this.#options = options;
    this.#reader = new Reader({
      read: () => this.#readAgain(),
      failed: (error) => this.#tellFailure(error),
      retryMs: RETRY_MS,
    });
    // Hints are listened to before the first read, so that no change falls between the two.
    this.#hints = bus.subscribe(directoryChanged, () => this.#reader.want());
    bus.onReconnect(() => this.#reader.want());
    this.#compare = setInterval(() => this.#reader.want(), options.compareMs ?? COMPARE_MS).unref();
  }

  /** Resolves when the book has been read once. */
  static async open(options: FollowedBookOptions): Promise<FollowedBook> {
    const followed = new FollowedBook(options);
    try {
      await followed.#readOnce();
      return followed;
    } catch (error) {
      await followed[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #readAgain(): Promise<void> {
    const since = Date.now();
    if (await this.#readOnce()) this.#options.onChange(since);
    this.#options.context.health.report('address book', null);
  }

  #tellFailure(error: unknown): void {
    const { log, health } = this.#options.context;
    log.warn({ err: error }, 'the address book cannot be read; trying again');
    health.report('address book', 'the address book cannot be read');
  }

  /** Whether anything was read. */
  async #readOnce(): Promise<boolean> {
    const { db, context } = this.#options;
    const changes = await readBookChanges(db, this.#horizon);
    apply(changes, this.book);
    this.#horizon = changes.horizon;
    if (changes.isWhole) context.log.info({ entries: this.book.size }, 'the address book is read');
    return changes.isWhole || changes.keys.length > 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#compare);
    this.#hints.stop();
    await this.#reader[Symbol.asyncDispose]();
  }
}

function isSame(a: BookEntry | undefined, b: BookEntry | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function apply({ isWhole, keys, people, groups, contacts }: BookChanges, book: Book): void {
  const entries: BookEntry[] = [...people.map(person), ...groups.map(group), ...contacts.map(external)];
  if (isWhole) return book.replaceAll(entries);
  // Each that is put moves what stands behind it in the order: of many all are put in order together.
  if (keys.length > MANY && keys.length > book.size / 4) {
    const changed = new Set(keys);
    return book.replaceAll([...book.entries()].filter((entry) => !changed.has(keyOf(entry))).concat(entries));
  }
  const byKey = new Map(entries.map((entry) => [keyOf(entry), entry]));
  for (const key of keys) {
    const entry = byKey.get(key);
    // What was read before may come again: it keeps its slot, and whoever goes through pages his place.
    if (!isSame(book.find(key), entry)) book.put(key, entry);
  }
  book.tidy();
}
