// A consumer of one step: at least once, bounded, and never faster than its work.
//
// - Transient trouble (`isTransient`) keeps the mail here: it is tried again with back-off while `working()`
//   keeps the message ours. There is no nak with delay: delayed naks count against max_ack_pending.
// - Anything else is tried again by redelivery; after POISON_DELIVERIES the mail is handed to `poison`.
// - A mail may end the process that has it in hand, and then nobody catches anything. An event that comes again and
//   again is taken alone, mail by mail, each noted beforehand: who is noted too often without an end is the one.
// - On stop nothing new is pulled, what is under way is finished, the rest goes back at once.
// - A stream or consumer that vanished is made again.
import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { context } from '@opentelemetry/api';
import { extractTrace, Semaphore, traced } from '@pochtar/runtime';
import type { Bus } from './bus.ts';
import type { Step } from './filter-order.ts';
import { ACK_WAIT_MS, ensureStepConsumer, stepConsumer } from './streams.ts';
import { stepSubject } from './subjects.ts';

export interface StepHandler {
  /** These come next, each when it is its turn: what has to be asked of all of them can be asked at once. */
  expect?(mails: readonly string[]): void;
  /**
   * Does the step for one mail, commits, and publishes what follows; only then it resolves. `makeRoom` lets the next mail
   * have its turn before: what is left to do is done for many at once.
   */
  handle(mail: string, makeRoom: () => void): Promise<void>;
  /** Notes durably that the mail is taken alone now; how often that was so since it last came to an end. */
  takeAlone(mail: string): Promise<number>;
  /** It came to an end, whichever: the process lives. */
  cameToAnEnd(mail: string): Promise<void>;
  /** Holds the mail with its reason. */
  poison(mail: string, reason: string): Promise<void>;
  /** Whether trying again later may help (the database or the scanner is away). */
  isTransient(error: unknown): boolean;
}

export interface ConsumeOptions {
  /** Mails under way at once, without those that have made room. */
  concurrency: number;
}

/** A mail's place among those under way. */
class Turn {
  readonly #mails: Semaphore;
  #isTaken = false;

  constructor(mails: Semaphore) {
    this.#mails = mails;
  }

  async take(): Promise<void> {
    if (this.#isTaken) return;
    await this.#mails.acquire();
    this.#isTaken = true;
  }

  leave(): void {
    if (!this.#isTaken) return;
    this.#isTaken = false;
    this.#mails.release();
  }
}

const POISON_DELIVERIES = 5;
/** From the next delivery on nothing else is in hand beside the mail. */
const CROWD_DELIVERIES = 2;
/** So many times a mail may be in hand alone without an end. */
const ALONE_TIMES = 3;
const FIRST_BACKOFF_MS = 250;
const LAST_BACKOFF_MS = 10_000;
const RESTART_MS = 500;
const MAX_BUFFERED_EVENTS = 64;

/** Consumes a step until it is disposed. */
export function consumeStep(
  bus: Bus,
  step: Step,
  handler: StepHandler,
  options: ConsumeOptions,
): AsyncDisposable {
  const consumer = new StepConsumer(bus, step, handler, options);
  const ended = consumer.run();
  return {
    async [Symbol.asyncDispose]() {
      await consumer.stop();
      await ended;
    },
  };
}

class StepConsumer {
  readonly #bus: Bus;
  readonly #step: Step;
  readonly #handler: StepHandler;
  readonly #mails: Semaphore;
  readonly #buffered: number;
  readonly #events = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #messages: ConsumerMessages | null = null;

  constructor(bus: Bus, step: Step, handler: StepHandler, options: ConsumeOptions) {
    this.#bus = bus;
    this.#step = step;
    this.#handler = handler;
    this.#mails = new Semaphore(options.concurrency);
    // What lies here before its turn is out of reach of a process that has nothing to do.
    this.#buffered = Math.min(MAX_BUFFERED_EVENTS, options.concurrency);
  }

  async run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#pull();
      } catch (error) {
        this.#bus.log.warn({ step: this.#step, reason: String(error) }, 'consuming again');
      }
      if (!this.#stopping.signal.aborted) await pause(RESTART_MS, this.#stopping.signal);
    }
    await Promise.all(this.#events);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#messages?.stop();
  }

  async #pull(): Promise<void> {
    await ensureStepConsumer(await this.#bus.manager(), this.#step);
    const name = stepConsumer(this.#step).durable_name;
    const consumer: Consumer = await this.#bus.jetstream.consumers.get('MAIL', name);
    const messages = await consumer.consume({
      max_messages: this.#buffered,
      expires: 30_000,
      idle_heartbeat: 5000,
      abort_on_missing_resource: true,
    });
    this.#messages = messages;
    // It may have been stopped while the consumer was being opened.
    if (this.#stopping.signal.aborted) messages.stop();
    void this.#watch(messages);
    for await (const message of messages) {
      if (this.#stopping.signal.aborted) message.nak();
      else await this.#accept(message);
    }
  }

  // The stream or consumer may be gone while its server is there: heartbeats stop, or the pull is refused.
  async #watch(messages: ConsumerMessages): Promise<void> {
    for await (const notice of messages.status()) {
      const isGone = ['consumer_not_found', 'stream_not_found', 'consumer_deleted', 'no_responders'].includes(
        notice.type,
      );
      const isSilent = notice.type === 'heartbeats_missed' && notice.count >= 2 && this.#bus.connected;
      if (isGone || isSilent) messages.stop(new Error(notice.type));
    }
  }

  // Waits for room before it takes the next event: the iterator is the only queue there is.
  async #accept(message: JsMsg): Promise<void> {
    await this.#mails.acquire();
    this.#mails.release();
    if (this.#stopping.signal.aborted) return message.nak();
    const isAlone = message.info.deliveryCount > CROWD_DELIVERIES;
    if (isAlone) await Promise.all(this.#events);
    const event = context
      .with(extractTrace(message.headers?.get('traceparent')), () => this.#handleEvent(message, isAlone))
      .finally(() => this.#events.delete(event));
    this.#events.add(event);
    if (isAlone) await event;
    if (this.#events.size >= MAX_BUFFERED_EVENTS) await Promise.race(this.#events);
  }

  async #handleEvent(message: JsMsg, isAlone: boolean): Promise<void> {
    const mails = this.#read(message);
    if (mails === null) return message.term();
    const alive = setInterval(() => message.working(), ACK_WAIT_MS / 3);
    try {
      const deliveries = message.info.deliveryCount;
      const results = isAlone
        ? await this.#oneByOne(mails, deliveries)
        : await this.#together(mails, deliveries);
      if (results.every(Boolean)) message.ack();
      else message.nak();
    } finally {
      clearInterval(alive);
    }
  }

  #read(message: JsMsg): string[] | null {
    try {
      return stepSubject(this.#step).schema.parse(message.json()).mails;
    } catch (error) {
      this.#bus.log.error(
        { step: this.#step, reason: String(error).slice(0, 500) },
        'malformed event dropped',
      );
      return null;
    }
  }

  /** Whether each is done. */
  #together(mails: readonly string[], deliveries: number): Promise<boolean[]> {
    this.#handler.expect?.(mails);
    return Promise.all(mails.map((mail) => this.#handleMail(mail, deliveries)));
  }

  /** The same. Nothing else is in hand meanwhile. */
  async #oneByOne(mails: readonly string[], deliveries: number): Promise<boolean[]> {
    const results: boolean[] = [];
    for (const mail of mails) results.push(await this.#handleAlone(mail, deliveries));
    return results;
  }

  async #handleAlone(mail: string, deliveries: number): Promise<boolean> {
    let times = 0;
    const isNoted = await this.#untilDone(mail, deliveries, async () => {
      times = await this.#handler.takeAlone(mail);
    });
    if (!isNoted) return false;
    if (times > ALONE_TIMES) {
      const reason = `the process ended ${ALONE_TIMES} times while it had only this mail in hand`;
      this.#bus.log.error({ mail, step: this.#step, reason }, 'a mail ends its process');
      return this.#poison(mail, reason);
    }
    const isDone = await this.#handleMail(mail, deliveries);
    await this.#handler.cameToAnEnd(mail).catch((error: unknown) => {
      this.#bus.log.warn({ mail, step: this.#step, reason: String(error) }, 'an end was not noted');
    });
    return isDone;
  }

  /** True: done with this mail (or held). False: the event must come again. */
  async #handleMail(mail: string, deliveries: number): Promise<boolean> {
    const turn = new Turn(this.#mails);
    const makeRoom = (): void => turn.leave();
    try {
      return await this.#untilDone(mail, deliveries, async () => {
        // One that has made room and is tried again waits for its turn.
        await turn.take();
        await traced(`step ${this.#step}`, { 'pochtar.mail': mail }, () =>
          this.#handler.handle(mail, makeRoom),
        );
      });
    } finally {
      turn.leave();
    }
  }

  async #untilDone(mail: string, deliveries: number, work: () => Promise<void>): Promise<boolean> {
    for (let wait = FIRST_BACKOFF_MS; ; wait = Math.min(wait * 2, LAST_BACKOFF_MS)) {
      try {
        await work();
        return true;
      } catch (error) {
        if (!this.#handler.isTransient(error)) return this.#failed(mail, deliveries, error);
        this.#bus.log.warn({ mail, step: this.#step, reason: String(error) }, 'step is tried again');
      }
      await pause(wait, this.#stopping.signal);
      if (this.#stopping.signal.aborted) return false;
    }
  }

  async #failed(mail: string, deliveries: number, error: unknown): Promise<boolean> {
    this.#bus.log.error({ mail, step: this.#step, deliveries, err: error }, 'step failed');
    if (deliveries <= POISON_DELIVERIES) {
      await pause(FIRST_BACKOFF_MS, this.#stopping.signal);
      return false;
    }
    return this.#poison(mail, String(error));
  }

  async #poison(mail: string, reason: string): Promise<boolean> {
    try {
      await this.#handler.poison(mail, reason);
      return true;
    } catch (failure) {
      this.#bus.log.error({ mail, step: this.#step, err: failure }, 'a mail could not be held');
      return false;
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
