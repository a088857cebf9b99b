// A thread that checks mails, several at a time: what one of them waits for (the DNS, its body) leaves time to the others.
// It is told everything and asks for everything; it opens nothing.
import { Readable } from 'node:stream';
import { parentPort } from 'node:worker_threads';
import { authenticate, authenticateSender } from './authenticate.ts';
import type { DnsAnswer } from './mail-dns.ts';
import type { FromThread, Task, ToThread } from './thread-messages.ts';

const port = parentPort;
if (port === null) throw new Error('this is a thread of filter-dkim');
const jobs = new Map<number, Job>();

class Job {
  readonly #id: number;
  readonly #questions: ((answer: DnsAnswer) => void)[] = [];
  readonly #body: Readable;

  constructor(id: number, { header, hasBody }: Task) {
    this.#id = id;
    const asking = () => (hasBody ? say({ kind: 'more', job: id }) : this.#body.push(null));
    this.#body = new Readable({ read: () => void asking() });
    this.#body.push(header);
  }

  run({ envelope, isSpfOnly }: Task): void {
    const ask = (name: string, type: string) => this.#ask(name, type);
    const found = isSpfOnly ? authenticateSender(envelope, ask) : authenticate(this.#body, envelope, ask);
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
    this.#body.push(piece);
  }

  drop(): void {
    this.#body.destroy(new Error('nobody waits for it'));
  }

  #ask(name: string, type: string): Promise<DnsAnswer> {
    const { promise, resolve } = Promise.withResolvers<DnsAnswer>();
    say({ kind: 'ask', job: this.#id, question: this.#questions.push(resolve) - 1, name, type });
    return promise;
  }
}

function say(message: FromThread): void {
  port?.postMessage(message);
}

port.on('message', (message: ToThread) => {
  if (message.kind === 'ping') return say({ kind: 'pong' });
  if (message.kind === 'begin') {
    const job = new Job(message.job, message.task);
    jobs.set(message.job, job);
    return job.run(message.task);
  }
  const job = jobs.get(message.job);
  if (message.kind === 'answer') job?.answer(message.question, message.answer);
  else if (message.kind === 'piece') job?.take(message.piece);
  else job?.drop();
});
