// A thread that checks mails, several at a time: what one of them waits for (the DNS, its body) leaves time to the others.
// It is told everything and asks for everything; it opens nothing.
import { parentPort } from 'node:worker_threads';
import { authenticate, authenticateSender } from './authenticate.ts';
import { type DnsAnswer, questionKey } from './mail-dns.ts';
import type { FromThread, Task, ToThread } from './thread-messages.ts';

const port = parentPort;
if (port === null) throw new Error('this is a thread of filter-dkim');
const jobs = new Map<number, Job>();
const DROPPED = { code: 'ECANCELLED', message: 'nobody waits for it' };

class Job {
  readonly #id: number;
  readonly #questions: ((answer: DnsAnswer) => void)[] = [];
  readonly #known = new Map<string, DnsAnswer>();
  /** Who waits for the next piece of the body. */
  #waiting: PromiseWithResolvers<Uint8Array | null> | null = null;
  #isDropped = false;

  constructor(id: number) {
    this.#id = id;
  }

  run({ header, body, envelope, isSpfOnly, known = [] }: Task): void {
    for (const { name, type, answer } of known) this.#known.set(questionKey(name, type), answer);
    const ask = (name: string, type: string) => this.#ask(name, type);
    const message = {
      header: Buffer.from(header.buffer, header.byteOffset, header.length),
      body: body === null ? this.#pieces() : whole(body),
    };
    const found = isSpfOnly ? authenticateSender(envelope, ask) : authenticate(message, envelope, ask);
    found
      .then(
        (findings) => say({ kind: 'done', job: this.#id, findings }),
        (error: unknown) => say({ kind: 'failed', job: this.#id, message: String(error) }),
      )
      .finally(() => jobs.delete(this.#id));
  }

  answer(question: number, answer: DnsAnswer): void {
    this.#questions[question]?.(answer);
  }

  take(piece: Uint8Array | null): void {
    this.#waiting?.resolve(piece);
  }

  /** Comes to its end at once: what it waits for does not come any more. */
  drop(): void {
    this.#isDropped = true;
    this.#waiting?.reject(new Error(DROPPED.message));
    for (const resolve of this.#questions) resolve(DROPPED);
  }

  async *#pieces(): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (this.#isDropped) throw new Error(DROPPED.message);
      this.#waiting = Promise.withResolvers<Uint8Array | null>();
      say({ kind: 'more', job: this.#id });
      const piece = await this.#waiting.promise;
      if (piece === null) return;
      yield piece;
    }
  }

  #ask(name: string, type: string): Promise<DnsAnswer> {
    if (this.#isDropped) return Promise.resolve(DROPPED);
    const known = this.#known.get(questionKey(name, type));
    if (known !== undefined) return Promise.resolve(known);
    const { promise, resolve } = Promise.withResolvers<DnsAnswer>();
    say({ kind: 'ask', job: this.#id, question: this.#questions.push(resolve) - 1, name, type });
    return promise;
  }
}

async function* whole(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}

/** At once: what comes after it may take all of the thread's time. */
function say(message: FromThread): void {
  port?.postMessage(message);
}

function hear(message: ToThread): void {
  if (message.kind === 'ping') return say({ kind: 'pong' });
  if (message.kind === 'begin') {
    const job = new Job(message.job);
    jobs.set(message.job, job);
    return job.run(message.task);
  }
  const job = jobs.get(message.job);
  if (message.kind === 'answer') job?.answer(message.question, message.answer);
  else if (message.kind === 'piece') job?.take(message.piece);
  else job?.drop();
}

port.on('message', (messages: ToThread[]) => messages.forEach(hear));
// It has started, whatever it is told first.
say({ kind: 'pong' });
