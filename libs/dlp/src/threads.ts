// The threads that look at mails, and what becomes of a mail that wants more time or memory than it is worth: its thread is
// ended, and the mail is one that nobody could look at. A thread has one mail at a time, so that no other one suffers.
import { Worker } from 'node:worker_threads';
import { Semaphore } from '@pochtar/runtime';
import type { Sight, Task } from './look.ts';
import type { DocumentPrint, DocumentTask } from './read-document.ts';

const THREADS = 2;
const MEMORY_MB = 320;
/** Of the thread; what is done for it beside (its garbage, its start, what goes there and back) makes two seconds of it. */
const CPU_MS = 1000;
const POLL_MS = 50;
/** Where the machine has so much else to do that CPU_MS are not used up for long. */
const WALL_MS = 30_000;
const SILENT_MS = 4000;
/** A thread that does not tell its time. */
const SILENT = 'silent';

export type Work = Task | DocumentTask;
type Result = Sight | DocumentPrint;

export type Said =
  | { kind: 'started' }
  | { kind: 'done'; result: Result }
  | { kind: 'failed'; message: string };

/** `spentMs`: of a core, by the thread until now. */
export type FromThread = Said & { spentMs: number };

/** Nobody could look: the mail took all of this. */
export type Ended = 'time' | 'memory';

export interface ThreadLimits {
  cpuMs: number;
  memoryMb: number;
  /** A thread that does not even tell its time for so long is in the midst of one long step. */
  silentMs: number;
}

export class Threads implements AsyncDisposable {
  readonly #idle: Thread[] = [];
  readonly #room = new Semaphore(THREADS);
  readonly #limits: ThreadLimits;
  readonly #all = new Set<Thread>();

  constructor(limits: Partial<ThreadLimits> = {}) {
    this.#limits = { cpuMs: CPU_MS, memoryMb: MEMORY_MB, silentMs: SILENT_MS, ...limits };
  }

  /** Throws what is wrong with the program or its rules. The mail is the thread's from now on: nothing of it is left here. */
  async look(task: Task, signal: AbortSignal): Promise<Sight | Ended> {
    return (await this.#run(task, signal)) as Sight | Ended;
  }

  async readDocument(task: DocumentTask, signal: AbortSignal): Promise<DocumentPrint | Ended> {
    return (await this.#run(task, signal)) as DocumentPrint | Ended;
  }

  async #run(task: Work, signal: AbortSignal): Promise<Result | Ended> {
    return this.#room.run(async () => {
      const thread = this.#idle.pop() ?? this.#begin();
      const outcome = await thread.run(task, signal);
      if (thread.isEnded) this.#all.delete(thread);
      else this.#idle.push(thread);
      return outcome;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const thread of this.#all) await thread.end();
  }

  #begin(): Thread {
    const thread = new Thread(this.#limits);
    this.#all.add(thread);
    return thread;
  }
}

class Thread {
  isEnded = false;
  readonly #worker: Worker;
  readonly #limits: ThreadLimits;
  readonly #started = Promise.withResolvers<void>();
  #current: PromiseWithResolvers<Result | Ended> | null = null;
  /** When it was done with the mail before. */
  #spentMs = 0;

  constructor(limits: ThreadLimits) {
    this.#limits = limits;
    this.#worker = new Worker(new URL('./thread.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb },
    });
    this.#worker.unref();
    this.#worker.on('message', (message: FromThread) => this.#hear(message));
    this.#worker.on('error', (error: Error & { code?: string }) => {
      this.isEnded = true;
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') this.#current?.resolve('memory');
      this.#fail(error);
    });
    this.#worker.on('exit', () => {
      this.isEnded = true;
      this.#fail(new Error('the thread stopped'));
    });
  }

  async run(task: Work, signal: AbortSignal): Promise<Result | Ended> {
    const current = (this.#current = Promise.withResolvers<Result | Ended>());
    const stop = (): void => current.reject(new Error('the process stops'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await Promise.race([this.#started.promise, current.promise]);
      const { work, moved } = handedOver(task);
      this.#worker.postMessage(work, moved);
      void this.#watch(current).catch((error: unknown) => current.reject(error));
      return await current.promise;
    } finally {
      this.#current = null;
      signal.removeEventListener('abort', stop);
      // It may still be at work for nobody.
      if (signal.aborted) await this.end();
    }
  }

  async end(): Promise<void> {
    this.isEnded = true;
    await this.#worker.terminate();
  }

  /** Ends the thread when its mail has used up its time. Most mails are done before it is asked for the first time. */
  async #watch(current: PromiseWithResolvers<Result | Ended>): Promise<void> {
    const begun = performance.now();
    const before = this.#spentMs;
    for (;;) {
      await waited(POLL_MS);
      if (this.#current !== current || this.isEnded) return;
      const now = await this.#cpuMs();
      const isOver = now === SILENT || now - before > this.#limits.cpuMs;
      if (!isOver && performance.now() - begun < WALL_MS) continue;
      if (this.#current !== current) return;
      current.resolve('time');
      await this.end();
    }
  }

  async #cpuMs(): Promise<number | typeof SILENT> {
    const usage = this.#worker.cpuUsage().then(
      ({ user, system }) => (user + system) / 1000,
      // It is coming to its end, and what for is told by that.
      () => 0,
    );
    return Promise.race([usage, waited(this.#limits.silentMs).then((): typeof SILENT => SILENT)]);
  }

  #hear(message: FromThread): void {
    this.#spentMs = message.spentMs;
    if (message.kind === 'started') this.#started.resolve();
    else if (message.kind === 'done') this.#current?.resolve(message.result);
    else this.#fail(new Error(message.message));
  }

  #fail(error: Error): void {
    this.#current?.reject(error);
  }
}

/** A mail goes without a copy where its octets lie in memory of their own. */
function handedOver(task: Work): { work: Work; moved: ArrayBuffer[] } {
  if (!('mail' in task)) return { work: task, moved: [] };
  const { buffer, byteLength } = task.mail;
  const mail = byteLength === buffer.byteLength ? task.mail : new Uint8Array(task.mail);
  return { work: { ...task, mail }, moved: [mail.buffer as ArrayBuffer] };
}

function waited(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, ms).unref();
  return promise;
}
