// One connection: its state, and the loop that reads a message and gives it to its operation. The one place where an error
// becomes an answer. Searches run beside each other (RFC 4511 §3.1); what changes who asks, or how it is protected, runs alone.
import type { Socket } from 'node:net';
import {
  acceptTls,
  type IncomingConnection,
  InputEnded,
  type Logger,
  Semaphore,
  SocketInput,
  SocketOutput,
  TimedOut,
} from '@pochtar/runtime';
import { canStartTls } from '@pochtar/service';
import { readFrame } from './ber/frame.ts';
import { MalformedBer } from './ber/malformed.ts';
import type {
  BoundPerson,
  Operation,
  Operations,
  Outcome,
  SaslExchange,
  Session,
  Signal,
} from './operation.ts';
import { criticalFault } from './protocol/critical-controls.ts';
import { extendedOids } from './protocol/extended-oids.ts';
import { type Envelope, readEnvelope } from './protocol/message.ts';
import { responseTagOf, responseTags } from './protocol/operation-tags.ts';
import { type Request, readRequest } from './protocol/request.ts';
import {
  bindMessage,
  entryMessage,
  extendedMessage,
  noticeOfDisconnection,
  resultMessage,
} from './protocol/response.ts';
import { codes, Refused, result, type Result } from './protocol/result.ts';
import { Abandoned } from './search/patience.ts';
import type { Server } from './server.ts';

/** RFC 8446 §5.1: the type of the record that a client begins with. */
const TLS_HANDSHAKE = 0x16;
/** Octets of a message: of who has logged in, and of anybody. */
const MAX_MESSAGE = 256 * 1024;
const MAX_STRANGERS_MESSAGE = 64 * 1024;
/** Operations of one session at a time. */
const MAX_RUNNING = 16;

interface Running {
  readonly signal: { aborted: boolean };
  readonly done: Promise<void>;
  /** RFC 3909 §2: cancelled, and not abandoned. */
  isCancelled: boolean;
}

export class LdapSession implements Session {
  readonly #operations: Operations;
  readonly #running = new Map<number, Running>();
  readonly server: Server;
  readonly input: SocketInput;
  readonly output: SocketOutput;
  readonly log: Logger;
  readonly clientAddress: string;
  readonly known: () => void;
  socket: Socket;
  isSecure: boolean;
  failedLogins = 0;
  person: BoundPerson | null = null;
  exchange: SaslExchange | null = null;
  readonly photoTurn = new Semaphore(1);
  #isOver = false;

  constructor(server: Server, operations: Operations, connection: IncomingConnection) {
    this.#operations = operations;
    this.server = server;
    this.socket = connection.socket;
    this.isSecure = connection.listener.tls;
    this.clientAddress = connection.clientAddress;
    this.known = connection.known;
    this.log = server.log.child({ client: connection.clientAddress });
    this.input = new SocketInput(connection.socket);
    this.output = new SocketOutput(connection.socket, server.times.stallMs);
    connection.socket.on('error', () => {});
  }

  get isWebmail(): boolean {
    return this.server.isWebmail(this.clientAddress);
  }

  /** Runs to the end of the connection; never rejects. */
  async run(): Promise<void> {
    const { metrics } = this.server;
    metrics.sessions.add(1);
    metrics.openSessions.add(1);
    try {
      await this.#begin();
      while (!this.#isOver) await this.#turn();
    } catch (error) {
      await this.#farewell(error);
    } finally {
      await this.#abandonAll();
      metrics.openSessions.add(-1);
      metrics.sentBytes.add(this.output.written);
      await this.output.end();
    }
  }

  abandon(messageId: number, isAnswered: boolean): boolean {
    const running = this.#running.get(messageId);
    if (running === undefined) return false;
    running.isCancelled = isAnswered;
    running.signal.aborted = true;
    return true;
  }

  /** Ends the session from outside. */
  dismiss(why: string): void {
    this.log.info({ why }, 'the session is ended');
    this.#isOver = true;
    this.output.text(noticeOfDisconnection(result(codes.unavailable, why)));
    this.output.flush().then(
      () => this.socket.destroy(),
      () => this.socket.destroy(),
    );
  }

  secured(socket: Socket): void {
    this.socket = socket;
    this.input.attach(socket);
    this.output.attach(socket);
    this.isSecure = true;
    this.person = null;
    this.exchange = null;
  }

  /**
   * No mail client that is set up by hand begins TLS within LDAP (RFC 4511 §4.14): they know `ldaps`, TLS from the first octet
   * on, which no message of LDAP begins with. So one port is enough for both.
   */
  async #begin(): Promise<void> {
    this.input.timeoutMs = this.server.times.loginMs;
    await this.input.ready();
    if (this.input.pending[0] !== TLS_HANDSHAKE || !canStartTls(this)) return;
    this.input.giveBack();
    this.secured(await acceptTls(this.socket, this.server.tls));
  }

  async #turn(): Promise<void> {
    const { times, turns } = this.server;
    this.input.timeoutMs = this.person === null ? times.loginMs : times.idleMs;
    const size = this.person === null ? MAX_STRANGERS_MESSAGE : MAX_MESSAGE;
    // Who sends many at once waits for his turn with each, among all who do: others ask one by one.
    if (this.input.pending.length > 0) await turns.pass();
    try {
      await this.input.ready();
    } catch (error) {
      // Who waits for a long answer is not idle.
      if (error instanceof TimedOut && this.#running.size > 0) return;
      throw error;
    }
    const { room } = this.server;
    const frame = await readFrame(this.input, { size, milliseconds: times.messageMs, room });
    await this.#take(readEnvelope(frame));
  }

  async #take(envelope: Envelope): Promise<void> {
    const { messageId, tag } = envelope;
    let request: Request;
    try {
      request = readRequest(tag, envelope.content);
      if (request.kind === 'unbind') return this.#leave();
      // RFC 4511 §4.11: nothing answers it, whether there was something to abandon or not.
      if (request.kind === 'abandon') return void this.abandon(request.messageId, false);
      const fault = criticalFault(request.kind, envelope.controls);
      if (fault !== null) throw fault;
      if (this.#running.has(messageId)) throw new Refused('protocolError', 'the message number is in use');
      if (this.#running.size >= MAX_RUNNING) throw new Refused('busy', 'too many operations at a time');
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return this.#answer(envelope, { result: error.result });
    }
    if (!changesSession(request)) return this.#start(envelope, request);
    // RFC 4511 §4.2.1, §4.14.1: what is under way has ended before who asks, or how it is protected, is another.
    await this.#abandonAll();
    await this.#perform(envelope, request, { aborted: false });
  }

  #start(envelope: Envelope, request: Request): void {
    const signal = { aborted: false };
    const done = this.#perform(envelope, request, signal)
      .catch((error: unknown) => {
        this.log.debug({ err: error }, 'an answer could not be sent');
        this.socket.destroy();
      })
      .finally(() => this.#running.delete(envelope.messageId));
    this.#running.set(envelope.messageId, { signal, done, isCancelled: false });
  }

  async #perform(envelope: Envelope, request: Request, signal: Signal): Promise<void> {
    const operation = this.#operation(envelope, signal);
    let outcome: Outcome;
    try {
      outcome = await this.#run(request, operation);
    } catch (error) {
      if (error instanceof Abandoned || error instanceof InputEnded) {
        const isCancelled = this.#running.get(envelope.messageId)?.isCancelled === true;
        if (isCancelled) await this.#answer(envelope, { result: result(codes.canceled, 'cancelled') });
        return;
      }
      outcome = { result: this.#resultOf(error) };
    }
    this.server.metrics.sentEntries.add(operation.sentEntries);
    await this.#answer(envelope, outcome);
    await outcome.afterwards?.();
    if (outcome.isLast === true) this.#leave();
  }

  async #run(request: Request, operation: Operation): Promise<Outcome> {
    const { bind, search, compare, extended } = this.#operations;
    switch (request.kind) {
      case 'bind':
        return bind(this, request, operation);
      case 'search':
        return search(this, request, operation);
      case 'compare':
        return compare(this, request, operation);
      case 'extended':
        return extended(this, request, operation);
      case 'write':
      case 'abandon':
      case 'unbind':
        throw new Refused('unwillingToPerform', 'the address book is read-only');
    }
  }

  #resultOf(error: unknown): Result {
    if (error instanceof Refused) return error.result;
    if (error instanceof MalformedBer) return result(codes.protocolError, error.message);
    this.log.error({ err: error }, 'an operation failed');
    return result(codes.other, 'the server made a mistake');
  }

  #operation({ messageId, controls }: Envelope, signal: Signal): Operation {
    const { output } = this;
    let sentEntries = 0;
    return {
      ...{ messageId, controls, signal },
      send(entry) {
        output.text(entryMessage(messageId, entry));
        sentEntries++;
      },
      get sentEntries() {
        return sentEntries;
      },
      get isFull() {
        return output.isFull;
      },
      flush: () => output.flush(),
    };
  }

  async #answer({ messageId, tag }: Envelope, outcome: Outcome): Promise<void> {
    this.server.metrics.operations.add(tag, outcome.result.code);
    const responseTag = responseTagOf(tag);
    if (responseTag === null) return;
    this.output.text(lastMessage(messageId, responseTag, outcome));
    await this.output.flush();
  }

  #leave(): void {
    this.#isOver = true;
  }

  async #abandonAll(): Promise<void> {
    for (const { signal } of this.#running.values()) signal.aborted = true;
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  async #farewell(error: unknown): Promise<void> {
    if (error instanceof MalformedBer) {
      this.log.debug({ why: error.message }, 'the session is ended');
      // RFC 4511 §4.1.1: after what cannot be read the session ends, with a notice.
      this.output.text(noticeOfDisconnection(result(codes.protocolError, error.message)));
      return;
    }
    if (error instanceof Refused) {
      this.log.debug({ why: error.message }, 'the session is ended');
      this.output.text(noticeOfDisconnection(error.result));
      return;
    }
    if (error instanceof InputEnded) return this.log.debug({ why: error.message }, 'the session is ended');
    this.log.debug({ err: error }, 'a session failed');
  }
}

function lastMessage(messageId: number, tag: number, outcome: Outcome): string {
  const { result: done, controls, extended, serverCredentials } = outcome;
  if (tag === responseTags.extended) return extendedMessage(messageId, done, extended);
  if (tag === responseTags.bind) return bindMessage(messageId, done, serverCredentials);
  return resultMessage(messageId, tag, done, controls);
}

function changesSession(request: Request): boolean {
  return request.kind === 'bind' || (request.kind === 'extended' && request.oid === extendedOids.startTls);
}
