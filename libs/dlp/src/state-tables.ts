// Most texts have nothing that an expression looks for, and a table of states knows so several times sooner than what finds
// the places. Such a table grows with the texts it has seen, up to 8 MiB (re2js): a thread has room for some.

/** Says whether there is anything to find. */
export interface Tester {
  test(text: string): boolean;
}

const MAX_TABLES = 12;
/** One that nobody asked for so long makes room for another one. */
const IDLE_MS = 60_000;

export class StateTables {
  /** By the expression, the one that was asked longest ago first. */
  readonly #tables = new Map<string, { tester: Tester; usedAt: number }>();
  readonly #make: (source: string) => Tester;
  readonly #now: () => number;

  constructor(make: (source: string) => Tester, now: () => number = () => performance.now()) {
    this.#make = make;
    this.#now = now;
  }

  /** False: nothing in the text fits. True: something may. */
  mayFind(source: string, text: string): boolean {
    const tester = this.#tables.get(source)?.tester ?? this.#made(source);
    if (tester === null) return true;
    this.#tables.delete(source);
    this.#tables.set(source, { tester, usedAt: this.#now() });
    return tester.test(text);
  }

  /** Null: there is no room. */
  #made(source: string): Tester | null {
    const [oldest] = this.#tables;
    if (this.#tables.size >= MAX_TABLES && oldest !== undefined) {
      if (oldest[1].usedAt > this.#now() - IDLE_MS) return null;
      this.#tables.delete(oldest[0]);
    }
    return this.#make(source);
  }
}
