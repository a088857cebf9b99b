// One process under the supervisor: started, watched until it is ready, started again with growing pauses when
// it ends by itself, stopped by request. What exactly runs is the Launch it is given (our programs, Postgres, NATS).
import { setTimeout as delay } from 'node:timers/promises';
import { Refusal } from '@pochtar/native';
import { countFailure, restartDelay } from './backoff.ts';
import { messageOf } from './message-of.ts';

/** A child that exists. */
export interface Running {
  readonly pid: number;
  /** Settles at its end. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Resolves when it serves (or, for a `once` process, at once); rejects when it never will. */
  readonly ready: Promise<void>;
  /** Asks it to end, kills it after its grace time, resolves when it is gone. */
  stop(): Promise<void>;
}

export type Launch = () => Promise<Running>;

export type ProcessState = 'waiting' | 'starting' | 'ready' | 'pausing' | 'stopped' | 'done' | 'failed';

export interface ProcessReport {
  name: string;
  state: ProcessState;
  pid: number | null;
  /** How often it was started again after it had ended by itself. */
  restarts: number;
  /** When it came into this state, ISO 8601. */
  since: string;
  /** How it ended the last time, if it ever did. */
  lastEnd: string | null;
}

export interface SupervisedOptions {
  name: string;
  launch: Launch;
  /** Runs to its end; ending with status 0 is success. */
  once?: boolean;
  /** Called at every change of state. */
  note: (report: ProcessReport) => void;
}

export class Supervised {
  readonly name: string;
  readonly #options: SupervisedOptions;
  readonly #stopping = new AbortController();
  #running: Running | undefined;
  #state: ProcessState = 'waiting';
  #since = new Date();
  #restarts = 0;
  #failures = 0;
  /** When the child that runs became ready. */
  #readyAt: number | undefined;
  #lastEnd: string | null = null;
  #finished: Promise<void> = Promise.resolve();
  /** An end that was asked for is no failure, and is followed by a start at once. */
  #restartAsked = false;
  #pause: AbortController | undefined;

  constructor(options: SupervisedOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get report(): ProcessReport {
    return {
      name: this.name,
      state: this.#state,
      pid: this.#running?.pid ?? null,
      restarts: this.#restarts,
      since: this.#since.toISOString(),
      lastEnd: this.#lastEnd,
    };
  }

  /** Starts watching. Resolves when it is ready (`once`: done) for the first time; rejects when it cannot be. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#finished = this.#watch(resolve, reject);
    });
  }

  /** Ends it for good; safe to call more than once. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running?.stop();
    await this.#finished;
  }

  /** Stops the current child in good order; the next one is started at once. A pause before a start is cut short. */
  async restart(): Promise<void> {
    this.#pause?.abort();
    // What was given up for good is tried again when a person asks for it.
    if (this.#state === 'failed' && !this.#options.once) {
      this.#finished = this.#watch(
        () => {},
        () => {},
      );
    }
    if (!this.#running) return;
    this.#restartAsked = true;
    await this.#running.stop();
  }

  async #watch(ready: () => void, failed: (reason: Error) => void): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#enter('starting');
      this.#readyAt = undefined;
      const end = await this.#runOnce(ready);
      this.#running = undefined;
      if (this.#stopping.signal.aborted) break;
      if (end instanceof Refusal) return this.#giveUp(end, failed);
      if (this.#options.once) return this.#finishOnce(end, ready, failed);
      if (this.#restartAsked) {
        this.#restartAsked = false;
        continue;
      }
      this.#lastEnd = `${end} at ${new Date().toISOString()}`;
      const servedMs = this.#readyAt === undefined ? 0 : performance.now() - this.#readyAt;
      this.#failures = countFailure(this.#failures, servedMs);
      this.#restarts++;
      this.#enter('pausing');
      await this.#pauseFor(restartDelay(this.#failures));
    }
    this.#enter('stopped');
    failed(new Error(`${this.name} was stopped before it was ready`));
  }

  async #pauseFor(ms: number): Promise<void> {
    this.#pause = new AbortController();
    const signal = AbortSignal.any([this.#stopping.signal, this.#pause.signal]);
    await delay(ms, undefined, { signal }).catch(() => {});
    this.#pause = undefined;
  }

  /** Runs one child to its end and says how it ended. */
  async #runOnce(ready: () => void): Promise<string | Refusal> {
    try {
      const running = await this.#options.launch();
      this.#running = running;
      // Asked to stop while the child was being started.
      if (this.#stopping.signal.aborted) await running.stop();
      void this.#whenReady(running, ready);
      const { code, signal } = await running.exited;
      return signal ?? `status ${code}`;
    } catch (error) {
      return error instanceof Refusal ? error : `not started: ${messageOf(error)}`;
    }
  }

  async #whenReady(running: Running, ready: () => void): Promise<void> {
    try {
      await running.ready;
    } catch {
      // A child that never gets ready ends; its end is what counts.
      return;
    }
    if (this.#running !== running || this.#options.once) return;
    this.#readyAt = performance.now();
    this.#enter('ready');
    ready();
  }

  #giveUp(refusal: Refusal, failed: (reason: Error) => void): void {
    this.#lastEnd = messageOf(refusal);
    this.#enter('failed');
    failed(refusal);
  }

  #finishOnce(end: string, ready: () => void, failed: (reason: Error) => void): void {
    this.#lastEnd = end;
    if (end === 'status 0') {
      this.#enter('done');
      ready();
    } else {
      this.#enter('failed');
      failed(new Error(`${this.name} failed (${end})`));
    }
  }

  #enter(state: ProcessState): void {
    this.#state = state;
    this.#since = new Date();
    this.#options.note(this.report);
  }
}
