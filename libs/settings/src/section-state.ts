/**
 * One section inside a running process: the newest document, the handlers that take it over, and the outcome.
 * Handlers of a section run one after the other; documents that arrive meanwhile are skipped except the latest.
 */
import { whyNotApplied } from './availability.ts';
import type { SectionName, Settings } from './catalogue.ts';
import type { ChangeHandler, Outcome, SectionRow } from './live-section.ts';
import { type Problem, problemOf } from './problem.ts';
import { joined, text } from './text.ts';
import { readStored } from './validate.ts';

/** Reported as long as a handler has not come to an end after this time. */
const slowHandlerMs = 30_000;

const stillBeingApplied: Problem = {
  code: 'slow',
  text: text('ещё применяется', 'still being applied'),
};

interface Registered {
  readonly call: ChangeHandler<SectionName>;
  /** The revision this handler last took over; it is behind when the section's is another one. */
  done: number | undefined;
  lastValue: Settings[SectionName];
  problem: Problem | null;
}

export class SectionState {
  readonly #name: SectionName;
  readonly #onOutcome: (outcome: Outcome) => void;
  readonly #handlers = new Set<Registered>();
  #value: Settings[SectionName] | undefined;
  #revision = 0;
  #rejected: Outcome | undefined;
  #running: Promise<void> | undefined;

  constructor(name: SectionName, onOutcome: (outcome: Outcome) => void) {
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
  take(row: SectionRow): Problem | undefined {
    if (this.hasValue && row.revision === this.seenRevision) return undefined;
    const parsed = readStored(this.#name, row.document);
    if (!parsed.ok) {
      const problem = { code: 'invalid', text: joined(parsed.errors.map(({ message }) => message)) };
      this.#rejected = { revision: row.revision, problem };
      this.#onOutcome(this.#rejected);
      return problem;
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
      problem: null,
    };
    this.#handlers.add(handler);
    if (runNow) this.#start();
    return () => void this.#handlers.delete(handler);
  }

  /** Gives handlers that failed with the current revision another chance. */
  retryFailed(): void {
    const failed = [...this.#handlers].filter((handler) => handler.problem !== null);
    for (const handler of failed) handler.done = undefined;
    if (failed.length > 0) this.#start();
  }

  /** Resolves when no handler is running and none is behind. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** What can be reported now; undefined while handlers are at work. */
  outcome(): Outcome | undefined {
    if (this.#rejected !== undefined) return this.#rejected;
    if (this.#running !== undefined || !this.hasValue) return undefined;
    const failed = [...this.#handlers].find((handler) => handler.problem !== null);
    const problem = failed?.problem ?? whyNotApplied(this.#name, this.value);
    return { revision: this.#revision, problem };
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
        () => this.#onOutcome({ revision, problem: stillBeingApplied }),
        slowHandlerMs,
      ).unref();
      try {
        await behind.call(value, behind.lastValue);
        behind.problem = null;
        behind.lastValue = value;
      } catch (error) {
        behind.problem = problemOf(error);
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
