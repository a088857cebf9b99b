// The threads that check mails, and what becomes of a thread that a mail brings to its end: a mail may be made to take all
// its time or memory. Whatever was in the thread is done again, each alone; the one that ends a thread of its own is given
// up, and all others get on.
import { Worker } from 'node:worker_threads';
import { Semaphore } from '@pochtar/runtime';
import type { Findings } from './findings.ts';
import type { MailDns } from './mail-dns.ts';
import type { FromThread, Task, ToThread } from './thread-messages.ts';

const THREADS = 2;
/** Mails that may have to be done again because of one. */
const JOBS_OF_THREAD = 32;
const MEMORY_MB = 192;
const PING_MS = 500;
/** Without a moment for an answer to so many: a mail has all the thread's time. */
const MAX_UNHEARD = 6;
/** While it is being started. */
const MAX_UNHEARD_AT_START = 120;

export interface Job {
  task: Task;
  dns: MailDns;
  body: () => AsyncIterable<Buffer>;
  signal: AbortSignal;
}

/** A thread came to its end while it had this in hand. */
class ThreadEnded extends Error {
  override name = 'ThreadEnded';
}

export class Threads implements AsyncDisposable {
  readonly #threads: (Thread | null)[] = Array.from({ length: THREADS }, () => null);
  readonly #room = new Semaphore(THREADS * JOBS_OF_THREAD);
  /** One thread for those that have seen another one end. */
  readonly #alone = new Semaphore(1);

  /** Null: the mail ends every thread that looks at it. Throws what its body throws. */
  async run(job: Job): Promise<Findings | null> {
    try {
      return await this.#room.run(() => this.#thread().run(job));
    } catch (error) {
      if (!(error instanceof ThreadEnded)) throw error;
    }
    return this.#alone.run(async () => {
      await using thread = new Thread();
      try {
        return await thread.run(job);
      } catch (error) {
        if (error instanceof ThreadEnded) return null;
        throw error;
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const thread of this.#threads) await thread?.[Symbol.asyncDispose]();
  }

  /** The one with the least to do; one that has ended is begun again. */
  #thread(): Thread {
    for (const [index, thread] of this.#threads.entries()) {
      if (thread?.isEnded !== false) return (this.#threads[index] = new Thread());
      if (thread.jobs === 0) return thread;
    }
    const running = this.#threads.filter((thread) => thread !== null);
    return running.reduce((least, thread) => (thread.jobs < least.jobs ? thread : least));
  }
}

interface Running extends Job {
  resolve: (findings: Findings) => void;
  reject: (error: unknown) => void;
  pieces: AsyncIterator<Buffer>;
}

class Thread implements AsyncDisposable {
  isEnded = false;
  readonly #worker: Worker;
  readonly #jobs = new Map<number, Running>();
  /** What is said in one turn of the event loop goes in one message: each wakes the thread. */
  #outbox: { messages: ToThread[]; moved: ArrayBuffer[] } | null = null;
  #lastJob = 0;
  #ping: NodeJS.Timeout | null = null;
  #unheard = 0;
  #isStarted = false;

  constructor() {
    this.#worker = new Worker(new URL('./thread.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    this.#worker.unref();
    this.#worker.on('message', (message: FromThread) => this.#hear(message));
    this.#worker.on('error', (error) => this.#end(error.message));
    this.#worker.on('exit', () => this.#end('it stopped'));
  }

  get jobs(): number {
    return this.#jobs.size;
  }

  async run(job: Job): Promise<Findings> {
    // It may have waited for its turn for so long.
    if (job.signal.aborted) throw new Error('the process stops');
    const { promise, resolve, reject } = Promise.withResolvers<Findings>();
    const id = ++this.#lastJob;
    const pieces = job.body()[Symbol.asyncIterator]();
    this.#jobs.set(id, { ...job, resolve, reject, pieces });
    const stop = (): void => this.#fail(id, new Error('the process stops'));
    job.signal.addEventListener('abort', stop, { once: true });
    this.#watch();
    this.#begin(id, job.task);
    try {
      return await promise;
    } finally {
      job.signal.removeEventListener('abort', stop);
      this.#jobs.delete(id);
      await pieces.return?.();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end('the process stops');
    await this.#worker.terminate();
  }

  #begin(job: number, task: Task): void {
    const header = copyOf(task.header);
    const body = task.body && copyOf(task.body);
    const moved = body === null ? [header.buffer] : [header.buffer, body.buffer];
    this.#say({ kind: 'begin', job, task: { ...task, header, body } }, moved);
  }

  #say(message: ToThread, moved: ArrayBuffer[] = []): void {
    if (this.#outbox === null) {
      this.#outbox = { messages: [], moved: [] };
      setImmediate(() => this.#post());
    }
    this.#outbox.messages.push(message);
    this.#outbox.moved.push(...moved);
  }

  #post(): void {
    const { messages, moved } = this.#outbox ?? { messages: [], moved: [] };
    this.#outbox = null;
    this.#worker.postMessage(messages, moved);
  }

  #hear(message: FromThread): void {
    this.#unheard = 0;
    this.#isStarted = true;
    if (message.kind === 'pong') return;
    const running = this.#jobs.get(message.job);
    if (running === undefined) return;
    if (message.kind === 'done') running.resolve(message.findings);
    else if (message.kind === 'failed') running.reject(new Error(message.message));
    else if (message.kind === 'more') void this.#send(message.job, running);
    else void this.#answer(message, running);
  }

  async #answer(
    { job, question, name, type }: Extract<FromThread, { kind: 'ask' }>,
    { dns }: Running,
  ): Promise<void> {
    this.#say({ kind: 'answer', job, question, answer: await dns.ask(name, type) });
  }

  async #send(job: number, { pieces }: Running): Promise<void> {
    try {
      const { value, done } = await pieces.next();
      if (done) return this.#say({ kind: 'piece', job, piece: null });
      const piece = copyOf(value);
      this.#say({ kind: 'piece', job, piece }, [piece.buffer]);
    } catch (error) {
      // The volume's trouble is for whoever called us.
      this.#fail(job, error);
    }
  }

  #fail(job: number, error: unknown): void {
    this.#say({ kind: 'drop', job });
    this.#jobs.get(job)?.reject(error);
  }

  /** While there is something to do, whether the thread still has a moment for anything. */
  #watch(): void {
    if (this.#ping !== null) return;
    this.#unheard = 0;
    this.#ping = setInterval(() => {
      if (this.#jobs.size === 0) return this.#rest();
      if (this.#unheard < (this.#isStarted ? MAX_UNHEARD : MAX_UNHEARD_AT_START)) {
        this.#unheard++;
        return this.#say({ kind: 'ping' });
      }
      this.#end('it is stuck');
      void this.#worker.terminate();
    }, PING_MS);
  }

  #rest(): void {
    if (this.#ping !== null) clearInterval(this.#ping);
    this.#ping = null;
  }

  #end(reason: string): void {
    this.isEnded = true;
    this.#rest();
    for (const { reject } of this.#jobs.values()) reject(new ThreadEnded(reason));
  }
}

/** For a thread to have: the octets of a Buffer may lie among others, which would be copied as well, and twice. */
function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
