// Open file descriptors of packs that are read, least recently used closed first. A descriptor in use is never
// closed; one that lies idle is, because it keeps the space of a removed pack occupied.
import { close, open } from 'node:fs';
import { promisify } from 'node:util';

const openFile = promisify(open);
const closeFile = promisify(close);

const MAX_OPEN = 64;
const IDLE_MS = 60_000;

interface Entry {
  descriptor: Promise<number>;
  users: number;
  usedAt: number;
  /** No longer in the cache: whoever is last closes it. */
  retired: boolean;
}

export class DescriptorCache implements AsyncDisposable {
  /** Oldest use first. */
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Set<Promise<void>>();
  readonly #maxOpen: number;
  readonly #sweeper: NodeJS.Timeout;

  constructor(maxOpen = MAX_OPEN, idleMs = IDLE_MS) {
    this.#maxOpen = maxOpen;
    this.#sweeper = setInterval(() => this.#retireIdle(Date.now() - idleMs), idleMs);
    this.#sweeper.unref();
  }

  /** Descriptors held, in use or not. */
  get size(): number {
    return this.#entries.size;
  }

  /** Runs `work` with a descriptor of `path` open for reading. Throws what `open` throws, or `work`. */
  async use<T>(path: string, work: (descriptor: number) => Promise<T>): Promise<T> {
    const entry = this.#entry(path);
    entry.users++;
    try {
      return await work(await entry.descriptor);
    } finally {
      entry.users--;
      if (entry.retired) this.#closeUnused(entry);
      else this.#retireSurplus();
    }
  }

  /** Closes the descriptor of a file that is gone or replaced as soon as nobody uses it. */
  forget(path: string): void {
    const entry = this.#entries.get(path);
    if (entry) this.#retire(path, entry);
  }

  #entry(path: string): Entry {
    let entry = this.#entries.get(path);
    if (entry) this.#entries.delete(path);
    else {
      entry = { descriptor: openFile(path, 'r'), users: 0, usedAt: 0, retired: false };
      this.#forgetIfUnopened(path, entry);
    }
    entry.usedAt = Date.now();
    this.#entries.set(path, entry);
    return entry;
  }

  /** A path that could not be opened is tried again by the next reader. */
  #forgetIfUnopened(path: string, entry: Entry): void {
    entry.descriptor.catch(() => {
      if (this.#entries.get(path) === entry) this.#entries.delete(path);
    });
  }

  #retireSurplus(): void {
    if (this.#entries.size <= this.#maxOpen) return;
    for (const [path, entry] of this.#entries) {
      if (entry.users > 0) continue;
      this.#retire(path, entry);
      if (this.#entries.size <= this.#maxOpen) return;
    }
  }

  #retireIdle(before: number): void {
    for (const [path, entry] of this.#entries) {
      if (entry.usedAt >= before) return;
      if (entry.users === 0) this.#retire(path, entry);
    }
  }

  #retire(path: string, entry: Entry): void {
    this.#entries.delete(path);
    entry.retired = true;
    this.#closeUnused(entry);
  }

  #closeUnused(entry: Entry): void {
    if (entry.users > 0) return;
    const closed = entry.descriptor.then(
      (descriptor) => closeFile(descriptor),
      () => {},
    );
    this.#closing.add(closed);
    void closed.catch(() => {}).finally(() => this.#closing.delete(closed));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#sweeper);
    for (const [path, entry] of this.#entries) this.#retire(path, entry);
    await Promise.all(this.#closing);
  }
}
