// The rounds of this service: what happened is gathered, and hooks that no process has are told. Without a hook that is on
// nothing is looked for but whether one is.
import { setTimeout as delay } from 'node:timers/promises';
import { isTransient } from '@pochtar/service';
import { expireMessages, forgetMessages, gatherEvents, hooksToTell, isAnyHookOn } from '@pochtar/store/hook';
import { tellHook } from './tell-hook.ts';
import type { Tools } from './tools.ts';

/** Without hooks it is asked that often whether there are some; a change is told of. */
const IDLE_MS = 30_000;
/** Gathering takes at most this part of the time. */
const REST_TIMES = 10;
const CLEAN_UP_MS = 600_000;
const SLICE = 5000;
/** Hooks that one process tells at a time. */
const MAX_TOLD = 10;

export class Rounds implements AsyncDisposable {
  readonly #tools: Tools;
  readonly #roundMs: number;
  readonly #stopping = new AbortController();
  readonly #telling = new Map<number, Promise<void>>();
  #wake = new AbortController();
  readonly #running: Promise<void>;

  constructor(tools: Tools, roundMs: number) {
    this.#tools = tools;
    this.#roundMs = roundMs;
    this.#running = this.#run();
  }

  /** Something may be to be done now. */
  hint(): void {
    this.#wake.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.hint();
    await this.#running;
    await Promise.all(this.#telling.values());
  }

  async #run(): Promise<void> {
    let cleanAt = performance.now() + CLEAN_UP_MS;
    while (!this.#stopping.signal.aborted) {
      this.#wake = new AbortController();
      let restMs = this.#roundMs;
      try {
        restMs = (await this.#round()) ?? IDLE_MS;
        if (performance.now() > cleanAt) {
          cleanAt = performance.now() + CLEAN_UP_MS;
          await this.#cleanUp();
        }
      } catch (error) {
        this.#failed(error);
      }
      const woken = AbortSignal.any([this.#wake.signal, this.#stopping.signal]);
      await delay(restMs, undefined, { signal: woken }).catch(() => {});
    }
  }

  /** How long to rest; null: there is no hook to tell. */
  async #round(): Promise<number | null> {
    const { db } = this.#tools;
    if (!(await isAnyHookOn(db))) return null;
    const began = performance.now();
    const gathered = await gatherEvents(db);
    const tookMs = performance.now() - began;
    for (const id of await hooksToTell(db, MAX_TOLD)) this.#tell(id);
    return gathered?.isBehind === true ? 0 : Math.max(this.#roundMs, tookMs * REST_TIMES);
  }

  #tell(id: number): void {
    if (this.#telling.has(id) || this.#telling.size >= MAX_TOLD) return;
    const telling = tellHook(this.#tools, id, this.#stopping.signal)
      .catch((error: unknown) => this.#failed(error))
      .finally(() => this.#telling.delete(id));
    this.#telling.set(id, telling);
  }

  async #cleanUp(): Promise<void> {
    const { db } = this.#tools;
    for (const part of [expireMessages, forgetMessages])
      while (!this.#stopping.signal.aborted && (await part(db, SLICE)) === SLICE);
  }

  /** What fails is done in the next round: the rows say what is to be done. */
  #failed(error: unknown): void {
    const { log } = this.#tools;
    if (isTransient(error)) log.warn({ err: error }, 'web hooks are told later');
    else log.error({ err: error }, 'a round of the web hooks failed');
  }
}
