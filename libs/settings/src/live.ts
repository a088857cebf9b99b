/**
 * The settings of a running process: current values, changes as they happen, and the report of what runs.
 *
 * Postgres holds the truth and the bus only hints (architecture §6): a row is read on a hint and after every
 * reconnect, and all revisions are compared every 15 s, so a lost hint costs 15 s and never a change.
 * This library knows neither the bus nor the database: both come in as functions.
 */
import { NOT_AVAILABLE } from './forms/applied.ts';
import type { SectionName, Settings } from './catalogue.ts';
import type { Applied, ChangeHandler, Outcome, SectionRow } from './live-section.ts';
import { SectionState } from './section-state.ts';

export interface HintListener {
  /** A section has a new revision. */
  onHint(section: string): void;
  /** The bus was away: hints may have been missed. */
  onReconnect(): void;
}

export interface SettingsLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface LiveOptions<N extends SectionName> {
  /** The sections this process uses; each is read before `openSettings` resolves. */
  readonly sections: readonly N[];
  /** The program's name in the process table, such as `smtp` or `filter-dkim`. */
  readonly process: string;
  /** Random, drawn at each start. */
  readonly instance: string;
  readonly read: (names: readonly string[]) => Promise<readonly SectionRow[]>;
  /** One cheap query; without it `read` serves. */
  readonly readRevisions?: (
    names: readonly string[],
  ) => Promise<readonly { name: string; revision: number }[]>;
  /** Starts listening and answers how to stop. */
  readonly subscribeHints: (listener: HintListener) => Promise<() => unknown> | (() => unknown);
  readonly report: (applied: Applied) => unknown;
  readonly log: SettingsLog;
  /** How often all revisions are compared and reports repeated; 15 s. */
  readonly compareEveryMs?: number;
  /** How long to wait for rows that do not exist yet (a first start); 60 s. */
  readonly waitForRowsMs?: number;
}

export interface LiveSettings<N extends SectionName = SectionName> extends AsyncDisposable {
  /** The newest valid document of a section. */
  current<S extends N>(section: S): Settings[S];
  /** The revision of `current`. */
  revision(section: N): number;
  /**
   * Calls `handler` for each later change. Its outcome is reported: a thrown error's words (see
   * `NotApplied`) stand beside the revision, and the handler is tried again with every comparison, and whenever another
   * section was applied, until it succeeds or the section changes, so it must bear being called twice. Per section one handler runs at a time and the latest
   * document wins. Answers a function that takes the handler off.
   */
  onChange<S extends N>(section: S, handler: ChangeHandler<S>): () => void;
  /** As `onChange`, and the handler also runs now; resolves when it has, whether it succeeded or not. */
  apply<S extends N>(section: S, handler: ChangeHandler<S>): Promise<void>;
  /** Reads all revisions now; resolves when what changed has been handed over. */
  refresh(): Promise<void>;
}

const retryReadMs = 1000;

/**
 * Opens the settings of a process. Resolves when every section has been read; rejects when a row is invalid
 * or still missing after `waitForRowsMs`.
 */
export async function openSettings<const N extends SectionName>(
  options: LiveOptions<N>,
): Promise<LiveSettings<N>> {
  const live = new Live(options);
  try {
    await live.open();
  } catch (error) {
    await live[Symbol.asyncDispose]();
    throw error;
  }
  return live;
}

class Live<N extends SectionName> implements LiveSettings<N> {
  readonly #options: LiveOptions<N>;
  readonly #states = new Map<string, SectionState>();
  readonly #pending = new Set<string>();
  #reading: Promise<void> | undefined;
  #stopHints: () => unknown = () => {};
  #comparing: NodeJS.Timeout | undefined;
  #retrying: NodeJS.Timeout | undefined;
  #firstReport: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: LiveOptions<N>) {
    this.#options = options;
    for (const name of options.sections) {
      this.#states.set(name, new SectionState(name, (outcome) => this.#report(name, outcome)));
    }
  }

  async open(): Promise<void> {
    // Hints are listened to before the first read, so that no change falls between the two.
    this.#stopHints = await this.#options.subscribeHints({
      onHint: (section) => this.#hint([section]),
      onReconnect: () => void this.refresh(),
    });
    await this.#readFirst();
    const every = this.#options.compareEveryMs ?? 15_000;
    this.#comparing = setInterval(() => void this.#compare(), every).unref();
    // Handlers that are registered right after opening report first; what has none is reported here.
    this.#firstReport = setTimeout(() => this.#reportAll(), Math.min(1000, every)).unref();
  }

  current<S extends N>(section: S): Settings[S] {
    return this.#state(section).value as Settings[S];
  }

  revision(section: N): number {
    return this.#state(section).revision;
  }

  onChange<S extends N>(section: S, handler: ChangeHandler<S>): () => void {
    return this.#state(section).addHandler(handler as ChangeHandler<SectionName>, false);
  }

  async apply<S extends N>(section: S, handler: ChangeHandler<S>): Promise<void> {
    const state = this.#state(section);
    state.addHandler(handler as ChangeHandler<SectionName>, true);
    await state.settled();
  }

  async refresh(): Promise<void> {
    this.#hint(this.#options.sections);
    await this.#reading;
    await Promise.all([...this.#states.values()].map((state) => state.settled()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#comparing);
    clearTimeout(this.#retrying);
    clearTimeout(this.#firstReport);
    await this.#stopHints();
    await this.#reading;
    await Promise.all([...this.#states.values()].map((state) => state.settled()));
    for (const [name, { hasValue, revision }] of this.#states) {
      if (hasValue) this.#send(name, { revision, problem: null }, true);
    }
  }

  #state(section: string): SectionState {
    const state = this.#states.get(section);
    if (state === undefined) throw new Error(`section ${section} was not named in openSettings({sections})`);
    return state;
  }

  async #readFirst(): Promise<void> {
    const deadline = Date.now() + (this.#options.waitForRowsMs ?? 60_000);
    for (let pause = 100; ; pause = Math.min(pause * 2, retryReadMs)) {
      const missing = await this.#tryReadMissing(deadline);
      if (missing.length === 0) return;
      if (Date.now() >= deadline) {
        throw new Error(
          `no row for the settings sections ${missing.join(', ')}: start the settings process first`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  async #tryReadMissing(deadline: number): Promise<string[]> {
    const wanted = this.#options.sections.filter((name) => !this.#state(name).hasValue);
    try {
      for (const row of await this.#options.read(wanted)) this.#take(row);
    } catch (error) {
      if (error instanceof InvalidRow || Date.now() >= deadline) throw error;
      this.#options.log.warn({ err: error }, 'settings cannot be read yet');
    }
    return wanted.filter((name) => !this.#state(name).hasValue);
  }

  #take(row: SectionRow): void {
    const state = this.#states.get(row.name);
    if (state === undefined) return;
    const problem = state.take(row)?.text.en;
    if (problem === undefined) return;
    this.#options.log.error(
      { section: row.name, revision: row.revision, problem },
      'stored settings are invalid',
    );
    if (!state.hasValue)
      throw new InvalidRow(`settings section ${row.name}, revision ${row.revision}: ${problem}`);
  }

  /** A hint at what runs already asks for a report: somebody collects them anew. */
  #takeHinted(row: SectionRow): void {
    const state = this.#states.get(row.name);
    const isKnown = state?.seenRevision === row.revision;
    this.#take(row);
    const outcome = isKnown ? state?.outcome() : undefined;
    if (outcome !== undefined) this.#send(row.name, outcome);
  }

  #hint(sections: readonly string[]): void {
    if (this.#isClosed) return;
    for (const name of sections) if (this.#states.has(name)) this.#pending.add(name);
    if (this.#pending.size > 0) this.#reading ??= this.#readPending();
  }

  /** One reader at a time, so that a slow answer never overwrites a newer one. */
  async #readPending(): Promise<void> {
    // One turn of the loop lets hints that arrive together share one query.
    await Promise.resolve();
    try {
      while (this.#pending.size > 0 && !this.#isClosed) {
        const names = [...this.#pending];
        this.#pending.clear();
        try {
          for (const row of await this.#options.read(names)) this.#takeHinted(row);
        } catch (error) {
          for (const name of names) this.#pending.add(name);
          this.#options.log.warn(
            { err: error, sections: names },
            'changed settings cannot be read; trying again',
          );
          clearTimeout(this.#retrying);
          this.#retrying = setTimeout(() => this.#hint(names), retryReadMs).unref();
          return;
        }
      }
    } finally {
      this.#reading = undefined;
    }
  }

  async #compare(): Promise<void> {
    const { readRevisions, sections, log } = this.#options;
    if (readRevisions === undefined) {
      this.#hint(sections);
    } else {
      try {
        const rows = await readRevisions(sections);
        this.#hint(
          rows
            .filter((row) => this.#states.get(row.name)?.seenRevision !== row.revision)
            .map((row) => row.name),
        );
      } catch (error) {
        log.warn({ err: error }, 'revisions of the settings cannot be compared; trying again');
      }
    }
    if (this.#isClosed) return;
    for (const state of this.#states.values()) state.retryFailed();
    this.#reportAll();
  }

  #reportAll(): void {
    for (const [name, state] of this.#states) {
      const outcome = state.outcome();
      if (outcome !== undefined) this.#send(name, outcome);
    }
  }

  #report(section: string, outcome: Outcome): void {
    const { log } = this.#options;
    const { revision, problem } = outcome;
    if (problem === null) {
      log.info({ section, revision }, 'settings applied');
      // What keeps one section from being applied may stand in another: a port for TLS wants the certificate.
      for (const [name, state] of this.#states) if (name !== section) state.retryFailed();
    } else if (problem.code === NOT_AVAILABLE) {
      log.info({ section, revision, reason: problem.text.en }, 'settings without effect in this version');
    } else log.error({ section, revision, error: problem.text.en }, 'settings not applied');
    this.#send(section, outcome);
  }

  #send(section: string, { revision, problem }: Outcome, isGone = false): void {
    const { process, instance, report, log } = this.#options;
    const words = { error: problem?.text.en ?? null };
    const said = { revision, ...words, ...(problem !== null && { problem }), ...(isGone && { isGone }) };
    const complain = (error: unknown) =>
      log.warn({ err: error, section }, 'the settings report was not sent');
    try {
      Promise.resolve(report({ process, instance, section, ...said })).catch(complain);
    } catch (error) {
      complain(error);
    }
  }
}

class InvalidRow extends Error {
  override name = 'InvalidRow';
}
