// The connection to NATS, and the four ways to use it: publish (kept in a stream), emit (reaches who listens
// now), ask and answer. Payloads are validated on both ends; a message that does not fit is dropped and logged.
import { readFileSync } from 'node:fs';
import { jetstream, type JetStreamClient, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { headers, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { context } from '@opentelemetry/api';
import { extractTrace, gather, injectTrace, type Logger, type Patience, whenOften } from '@pochtar/runtime';
import type { Step } from './filter-order.ts';
import { OwedEvents } from './owed-events.ts';
import { ensureStreams } from './streams.ts';
import { MAX_MAILS_PER_EVENT, type Question, stepSubject, type Subject } from './subjects.ts';

export interface BusOptions {
  /** nats://host:port */
  url: string;
  user?: string | undefined;
  passwordFile?: string | undefined;
  password?: string | undefined;
  name: string;
  log: Logger;
  /** For a command that asks once: throws when the server is away, instead of waiting for it. */
  failsWhenAway?: boolean;
}

export interface AnswerOptions<Reply> {
  /** Questions that are answered at a time. */
  concurrency?: number;
  /** What is answered in place of more than a message holds. */
  tooLarge?: () => Reply;
}

const PUBLISH_TIMEOUT_MS = 5000;
/** Without a connection for longer than this nothing more is handed to the client, which would keep it without bound. */
const AWAY_MS = 2000;
/** Events on their way that somebody announced; more are owed until those have come through. */
const MAX_ANNOUNCING = 20 * MAX_MAILS_PER_EVENT;
/** So long an announced mail waits at most for those that come behind it. */
const TOGETHER_MS = 15;
/** They come behind it when two came within this time. */
const OFTEN_MS = 20;
const TRACE_HEADER = 'traceparent';

/** The bus has been out of reach for a while. The name says that trying again may help. */
export class BusAway extends Error {
  override name = 'ConnectionError';
}

export class Bus implements AsyncDisposable {
  readonly connection: NatsConnection;
  /** The name that the bus knows this program by. */
  readonly user: string;
  readonly log: Logger;
  readonly #stream: JetStreamClient;
  readonly #reconnected = new Set<() => void>();
  readonly #steps = new Map<Step, (mail: string) => Promise<void>>();
  readonly #announcers = new Map<Step, (mail: string) => Promise<void>>();
  readonly #owed: OwedEvents;
  #announcing = 0;

  constructor(connection: NatsConnection, log: Logger, user = 'anyone') {
    this.connection = connection;
    this.user = user;
    this.log = log;
    const publish = (step: Step, mails: string[]): Promise<void> =>
      this.publish(stepSubject(step), { mails });
    this.#owed = new OwedEvents({ publish, log });
    this.#stream = jetstream(connection, { timeout: PUBLISH_TIMEOUT_MS });
    void this.#watch();
  }

  get jetstream(): JetStreamClient {
    return this.#stream;
  }

  manager(): Promise<JetStreamManager> {
    return jetstreamManager(this.connection, { checkAPI: false, timeout: PUBLISH_TIMEOUT_MS });
  }

  /** Bytes of one message that the server takes. */
  get maxPayload(): number {
    return this.connection.info?.max_payload ?? 1024 * 1024;
  }

  get connected(): boolean {
    return this.#lostAt === null && !this.connection.isClosed();
  }
  /** When the connection was lost, in milliseconds of `performance.now()`. */
  #lostAt: number | null = null;
  #refusal: string | null = null;

  /** Why mail cannot be carried now, for the health of the process; null when it can as far as is known. */
  get trouble(): string | null {
    if (this.#isAway) return 'no connection to the bus: see that nats-server runs';
    return this.#refusal === null ? null : `the bus takes no events (${this.#refusal})`;
  }

  get #isAway(): boolean {
    if (this.connection.isClosed()) return true;
    return this.#lostAt !== null && performance.now() - this.#lostAt > AWAY_MS;
  }

  /** Called after every reconnect: what was missed meanwhile must be read again. */
  onReconnect(listener: () => void): void {
    this.#reconnected.add(listener);
  }

  /** Resolves when the stream has it; makes the streams again once when they are gone. */
  async publish<Payload>(subject: Subject<Payload>, payload: Payload): Promise<void> {
    const body = JSON.stringify(subject.schema.parse(payload));
    this.#assertReachable();
    try {
      await this.#publish(subject.name, body);
      this.#refusal = null;
    } catch (error) {
      if (this.connected) this.#refusal = (error as Error).message.slice(0, 200);
      throw error;
    }
  }

  async #publish(name: string, body: string): Promise<void> {
    const options = { timeout: PUBLISH_TIMEOUT_MS, ...traceHeaders() };
    try {
      await this.#stream.publish(name, body, options);
    } catch (error) {
      if (!this.connected) throw error;
      // A subject without a stream answers "no responders", which the client reports as JetStream being off.
      await ensureStreams(await this.manager());
      await this.#stream.publish(name, body, options);
    }
  }

  /** Tells a step of one more mail; calls of one tick share an event. */
  publishStep(step: Step, mail: string): Promise<void> {
    const publisher = this.#steps.get(step) ?? this.#publisher(step);
    this.#steps.set(step, publisher);
    return publisher(mail);
  }

  #publisher(step: Step, patience?: Patience): (mail: string) => Promise<void> {
    const publish = async (mails: string[]): Promise<undefined[]> => {
      await this.publish(stepSubject(step), { mails });
      return mails.map(() => undefined);
    };
    return gather<string, void>(publish, {
      ...{ maxItems: MAX_MAILS_PER_EVENT, concurrency: 4 },
      ...(patience && { patience }),
    });
  }

  #announce(step: Step, mail: string): Promise<void> {
    const announcer = this.#announcers.get(step) ?? this.#publisher(step, whenOften(TOGETHER_MS, OFTEN_MS));
    this.#announcers.set(step, announcer);
    return announcer(mail);
  }

  /**
   * Tells a step of a mail whose row is committed. Never rejects: an event that the bus does not take now is owed, and
   * told when it takes events again. Resolves when it is told or owed. One alone is told at once; what follows within a
   * moment shares an event, and all that is done for an event further on.
   */
  async announceStep(step: Step, mail: string): Promise<void> {
    // One event that is refused is enough to know: the others wait here instead of at the client of the bus.
    if (this.#owed.size > 0 || this.#announcing >= MAX_ANNOUNCING) return this.#owed.add(step, mail);
    this.#announcing++;
    try {
      await this.#announce(step, mail);
    } catch (error) {
      if (this.#owed.size === 0) this.log.warn({ mail, step, reason: String(error) }, 'events are owed');
      this.#owed.add(step, mail);
    } finally {
      this.#announcing--;
    }
  }

  /** Core publish: no promise that anybody hears it, and dropped while there is no connection. */
  emit<Payload>(subject: Subject<Payload>, payload: Payload): void {
    if (this.#isAway) return;
    this.connection.publish(subject.name, JSON.stringify(payload));
  }

  /** Hears a subject from now on, streams included (as hints). Handlers run one after another. */
  subscribe<Payload>(
    subject: Subject<Payload>,
    handler: (payload: Payload, name: string) => Promise<void> | void,
  ): { stop(): void } {
    const subscription = this.connection.subscribe(subject.name);
    void this.#hear(subscription, async (message) => {
      const payload = this.#parse(subject.schema, message);
      if (payload !== undefined) await handler(payload, message.subject);
    });
    return { stop: () => subscription.unsubscribe() };
  }

  /** Throws when nobody answers within `timeoutMs`, or the answer does not fit. */
  async ask<Request, Reply>(
    question: Question<Request, Reply>,
    request: Request,
    timeoutMs: number,
  ): Promise<Reply> {
    const body = JSON.stringify(question.request.parse(request));
    this.#assertReachable();
    const reply = await this.connection.request(question.name, body, {
      timeout: timeoutMs,
      ...traceHeaders(),
    });
    return question.reply.parse(JSON.parse(reply.string()));
  }

  /** Answers a question; a handler that throws leaves the asker to its time-out. */
  answer<Request, Reply>(
    question: Question<Request, Reply>,
    handler: (request: Request) => Promise<Reply>,
    { concurrency = 256, tooLarge }: AnswerOptions<Reply> = {},
  ): { stop(): Promise<void> } {
    const subscription = this.connection.subscribe(question.name, { queue: question.queueGroup });
    let running = 0;
    void this.#hear(subscription, (message) => {
      // Over the bound nobody waits in line for ever: the asker's own time-out decides.
      if (running >= concurrency) return;
      const request = this.#parse(question.request, message);
      if (request === undefined) return;
      running++;
      void context.with(extractTrace(message.headers?.get(TRACE_HEADER)), async () => {
        try {
          const reply = JSON.stringify(question.reply.parse(await handler(request)));
          const isTooLarge = tooLarge !== undefined && Buffer.byteLength(reply) > this.maxPayload;
          message.respond(isTooLarge ? JSON.stringify(tooLarge()) : reply);
        } catch (error) {
          this.log.error({ err: error, question: question.name }, 'a question was not answered');
        } finally {
          running--;
        }
      });
    });
    return { stop: () => subscription.drain() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#owed.stop();
    if (!this.connection.isClosed()) await this.connection.drain();
  }

  #assertReachable(): void {
    if (this.#isAway) throw new BusAway('no connection to the bus');
  }

  async #hear(messages: AsyncIterable<Msg>, handle: (message: Msg) => Promise<void> | void): Promise<void> {
    for await (const message of messages) {
      try {
        await handle(message);
      } catch (error) {
        this.log.error({ err: error, subject: message.subject }, 'a message was not handled');
      }
    }
  }

  #parse<Payload>(schema: Subject<Payload>['schema'], message: Msg): Payload | undefined {
    try {
      return schema.parse(JSON.parse(message.string()));
    } catch (error) {
      this.log.warn(
        { subject: message.subject, reason: String(error).slice(0, 500) },
        'malformed message dropped',
      );
      return undefined;
    }
  }

  async #watch(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect') this.#lostAt ??= performance.now();
      if (status.type !== 'reconnect') continue;
      this.#lostAt = null;
      this.#owed.hint();
      for (const listener of this.#reconnected) listener();
    }
  }
}

/** Connects and keeps reconnecting for ever; waits for a server that is not up yet. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const pass =
    options.password ??
    (options.passwordFile ? readFileSync(options.passwordFile, 'utf8').trim() : undefined);
  const connection = await connect({
    servers: options.url,
    name: options.name,
    // A user may hear its own inboxes only: answers are nobody else's business.
    ...(options.user === undefined ? {} : { user: options.user, inboxPrefix: `_INBOX.${options.user}` }),
    ...(pass === undefined ? {} : { pass }),
    maxReconnectAttempts: options.failsWhenAway ? 0 : -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: 10_000,
    maxPingOut: 2,
    waitOnFirstConnect: !options.failsWhenAway,
    ignoreAuthErrorAbort: !options.failsWhenAway,
  });
  return new Bus(connection, options.log, options.user);
}

function traceHeaders(): { headers?: MsgHdrs } {
  const traceparent = injectTrace();
  if (traceparent === null) return {};
  const carried = headers();
  carried.set(TRACE_HEADER, traceparent);
  return { headers: carried };
}
