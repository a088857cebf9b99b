/**
 * One section inside a running process: the newest document, the handlers that take it over, and the outcome.
 * Handlers of a section run one after the other; documents that arrive meanwhile are skipped except the latest.
 */
import type { SectionName, Settings } from './catalogue.ts';
import type { ChangeHandler, SectionRow } from './live.ts';
import { readStored } from './validate.ts';

/** Reported as long as a handler has not come to an end after this time. */
const slowHandlerMs = 30_000;

export interface HandlerOutcome {
  readonly revision: number;
  readonly error: string | null;
}

interface Registered {
  readonly call: ChangeHandler<SectionName>;
  /** The revision this handler last took over; it is behind when the section's is another one. */
  done: number | undefined;
  lastValue: Settings[SectionName];
  error: string | null;
}

export class SectionState {
  readonly #name: SectionName;
  readonly #onOutcome: (outcome: HandlerOutcome) => void;
  readonly #handlers = new Set<Registered>();
  #value: Settings[SectionName] | undefined;
  #revision = 0;
  #rejected: HandlerOutcome | undefined;
  #running: Promise<void> | undefined;

  constructor(name: SectionName, onOutcome: (outcome: HandlerOutcome) => void) {
    this.#name = name;
    this.#onOutcome = onOutcome;
  }

  get hasValue(): boolean {
    return this.#value !== undefined;
  }

  get value(): Settings[SectionName] {
    if (this.#value === undefined) throw new Error(`section ${this.#name} has not been read`);
    return this.#value;
  }

  get revision(): number {
    return this.#revision;
  }

  /** The revision last read, valid or not. */
  get seenRevision(): number {
    return this.#rejected?.revision ?? this.#revision;
  }

  /** Takes a row over. Answers what is wrong with it, or undefined; an invalid row leaves the last good value. */
  take(row: SectionRow): string | undefined {
    if (this.hasValue && row.revision === this.seenRevision) return undefined;
    const parsed = readStored(this.#name, row.document);
    if (!parsed.ok) {
      const error = parsed.errors.map((problem) => problem.message.en).join('; ');
      this.#rejected = { revision: row.revision, error };
      this.#onOutcome(this.#rejected);
      return error;
    }
    const isFirst = !this.hasValue;
    this.#rejected = undefined;
    this.#value = parsed.value;
    this.#revision = row.revision;
    if (!isFirst) this.#start();
    return undefined;
  }

  addHandler(call: ChangeHandler<SectionName>, runNow: boolean): () => void {
    const handler: Registered = {
      call,
      done: runNow ? undefined : this.#revision,
      lastValue: this.value,
      error: null,
    };
    this.#handlers.add(handler);
    if (runNow) this.#start();
    return () => void this.#handlers.delete(handler);
  }

  /** Gives handlers that failed with the current revision another chance. */
  retryFailed(): void {
    const failed = [...this.#handlers].filter((handler) => handler.error !== null);
    for (const handler of failed) handler.done = undefined;
    if (failed.length > 0) this.#start();
  }

  /** Resolves when no handler is running and none is behind. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** What can be reported now; undefined while handlers are at work. */
  outcome(): HandlerOutcome | undefined {
    if (this.#rejected !== undefined) return this.#rejected;
    if (this.#running !== undefined || !this.hasValue) return undefined;
    const failed = [...this.#handlers].find((handler) => handler.error !== null);
    return { revision: this.#revision, error: failed?.error ?? null };
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      const outcome = this.outcome();
      if (outcome !== undefined) this.#onOutcome(outcome);
    });
  }

  async #run(): Promise<void> {
    // Nothing runs inside the call that delivered the change.
    await Promise.resolve();
    for (let behind = this.#nextBehind(); behind !== undefined; behind = this.#nextBehind()) {
      const revision = this.#revision;
      const value = this.value;
      const slow = setTimeout(
        () => this.#onOutcome({ revision, error: 'still being applied' }),
        slowHandlerMs,
      ).unref();
      try {
        await behind.call(value, behind.lastValue);
        behind.error = null;
        behind.lastValue = value;
      } catch (error) {
        behind.error = error instanceof Error ? error.message : String(error);
      } finally {
        clearTimeout(slow);
        behind.done = revision;
      }
    }
  }

  #nextBehind(): Registered | undefined {
    return [...this.#handlers].find((handler) => handler.done !== this.#revision);
  }
}
