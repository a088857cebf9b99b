// One connection: its state, and the loop that reads a command, runs it and answers. The one place where an error
// becomes a reply. RFC 1939 §3 (states), RFC 2449 §4 (length of commands), §6.6 (PIPELINING: one after another).
import type { Socket } from 'node:net';
import {
  type IncomingConnection,
  InputEnded,
  type Logger,
  SocketInput,
  SocketOutput,
} from '@pochtar/runtime';
import { textToBytes } from '@pochtar/mail';
import { isTransient } from '@pochtar/service';
import { BlobMissing } from '@pochtar/store/blob';
import type { LoggedIn } from '@pochtar/store/directory';
import type { MaildropLease } from '@pochtar/store/mailbox';
import type { Commands, Session, State } from './command.ts';
import { type Language, localized } from './languages.ts';
import type { Maildrop } from './maildrop.ts';
import { err, firstLine, ok, type Reply, SessionEnd, tryAgain } from './reply.ts';
import type { Server } from './server.ts';
import { StoredAhead } from './stored-ahead.ts';

// RFC 2449 §4: 255 octets with the line end; its LF is not counted here.
const MAX_COMMAND = 254;
/** Refused commands in a row. */
const MAX_BAD_BEFORE_LOGIN = 10;
const MAX_BAD = 100;

export class Pop3Session implements Session {
  readonly #commands: Commands;
  readonly server: Server;
  readonly input: SocketInput;
  readonly output: SocketOutput;
  readonly log: Logger;
  readonly clientAddress: string;
  socket: Socket;
  isSecure: boolean;
  isUtf8 = false;
  language: Language = 'i-default';
  /** Named by USER, until PASS. */
  userName: string | null = null;
  failedLogins = 0;
  /** Set by the log-in: the TRANSACTION state. */
  maildrop: Maildrop | null = null;
  readonly ahead = new StoredAhead();
  lease: MaildropLease | null = null;
  account: LoggedIn | null = null;
  readonly known: () => void;
  #badInARow = 0;
  #isOver = false;
  #isBusy = false;

  constructor(server: Server, commands: Commands, connection: IncomingConnection) {
    this.#commands = commands;
    this.server = server;
    this.socket = connection.socket;
    this.isSecure = connection.listener.tls;
    this.clientAddress = connection.clientAddress;
    this.known = connection.known;
    this.log = server.log.child({ client: connection.clientAddress });
    this.input = new SocketInput(connection.socket);
    this.input.deadline = Date.now() + server.times.loginMs;
    this.output = new SocketOutput(connection.socket, server.times.stallMs);
    connection.socket.on('error', () => {});
  }

  get state(): State {
    return this.maildrop === null ? 'authorization' : 'transaction';
  }

  /** The maildrop, where a command can't run without one. */
  get openMaildrop(): Maildrop {
    if (this.maildrop === null) throw new Error('nobody is logged in');
    return this.maildrop;
  }

  /** Runs to the end of the connection; never rejects. */
  async run(): Promise<void> {
    const { metrics } = this.server;
    metrics.sessions.add(1);
    metrics.openSessions.add(1);
    try {
      // RFC 1939 §4: a greeting without a time-stamp offers no APOP.
      await this.#send(ok('ready'));
      while (!this.#isOver) await this.#turn();
    } catch (error) {
      await this.#farewell(error);
    } finally {
      await this.unlock();
      metrics.openSessions.add(-1);
      metrics.sentBytes.add(this.output.written);
      await this.output.end();
    }
  }

  /** Others may have the maildrop from now on. */
  async unlock(): Promise<void> {
    const { lease } = this;
    this.lease = null;
    if (lease !== null) await this.server.leases.end(lease);
  }

  /** After the current command nothing more is read. */
  leave(): void {
    this.#isOver = true;
  }

  /** Ends the session from outside, after the command under way. POP3 has no words for it, and nothing is deleted. */
  dismiss(why: string): void {
    this.log.info({ why }, 'the session is ended');
    this.#isOver = true;
    if (!this.#isBusy) this.socket.destroy();
  }

  /** Goes on inside TLS. RFC 2595 §4: what was said before does not count. */
  secured(socket: Socket): void {
    this.socket = socket;
    this.input.attach(socket);
    this.output.attach(socket);
    this.isSecure = true;
    this.userName = null;
    this.isUtf8 = false;
  }

  async #turn(): Promise<void> {
    const { times } = this.server;
    const { input } = this;
    input.timeoutMs = times.idleMs;
    await input.ready();
    input.timeoutMs = times.commandMs;
    const line = await input.line(MAX_COMMAND);
    if (line.isTooLong) return this.#answer('long', err('the command is too long'));
    // RFC 1939 §3: a keyword of letters (one of them has a digit), arguments behind single spaces.
    const [, keyword = '', argument = ''] = /^([A-Za-z][A-Za-z0-9]{0,15})(?: (.*))?$/s.exec(line.text) ?? [];
    const name = keyword.toUpperCase();
    // RFC 1939 §7: only of a password spaces are a part.
    const given = name === 'PASS' ? argument : argument.replace(/ +$/, '');
    this.#isBusy = true;
    try {
      const reply = await this.#execute(name, given);
      await this.#answer(this.#commands.has(name) ? name : 'unknown', reply);
    } finally {
      this.#isBusy = false;
    }
  }

  async #execute(name: string, argument: string): Promise<Reply | null> {
    const definition = this.#commands.get(name);
    if (definition === undefined) return err('unknown command');
    if (!definition.states.includes(this.state)) {
      return err(this.maildrop === null ? 'log in first' : `${name} is for the time before log-in`);
    }
    try {
      return await definition.run(this, argument);
    } catch (error) {
      if (error instanceof SessionEnd || error instanceof InputEnded) throw error;
      if (error instanceof BlobMissing) {
        this.log.error({ err: error }, 'a message cannot be read');
        return err('the message cannot be read', 'SYS/PERM');
      }
      if (isTransient(error)) {
        this.log.warn({ err: error }, 'a command could not be carried out now');
        return tryAgain;
      }
      this.log.error({ err: error }, 'a command failed');
      return err('the server made a mistake', 'SYS/PERM');
    }
  }

  async #answer(name: string, reply: Reply | null): Promise<void> {
    this.server.metrics.commands.add(1, { command: name, outcome: reply?.isOk === false ? 'err' : 'ok' });
    if (reply !== null) await this.#send(reply);
    this.#badInARow = reply?.isOk === false ? this.#badInARow + 1 : 0;
    const limit = this.maildrop === null ? MAX_BAD_BEFORE_LOGIN : MAX_BAD;
    if (this.#badInARow >= limit) throw new SessionEnd('too many refused commands');
  }

  async #send(reply: Reply): Promise<void> {
    const { output } = this;
    output.text(said(reply, this.language));
    if (reply.lines !== null) {
      for (const line of reply.lines) {
        output.text(textToBytes(`${line}\r\n`));
        if (output.isFull) await output.flush();
      }
      output.text('.\r\n');
    }
    await output.flush();
  }

  async #farewell(error: unknown): Promise<void> {
    // RFC 1939 §3: after the time limit the connection is closed without an answer, and nothing is deleted.
    if (error instanceof InputEnded) return this.log.debug({ why: error.message }, 'the session is ended');
    if (!(error instanceof SessionEnd)) {
      this.log.error({ err: error }, 'a session failed');
      return;
    }
    this.log.debug({ why: error.message }, 'the session is ended');
    // A client that does not take the last words does without them.
    if (error.reply !== null) await this.#send(error.reply).catch(() => {});
  }
}

/** RFC 6856 §3: what people read, in their language and in UTF-8. */
function said(reply: Reply, language: Language): string {
  return textToBytes(firstLine({ ...reply, text: localized(reply.text, language) }));
}
