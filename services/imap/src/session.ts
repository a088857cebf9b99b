// One connection: its state, and the loop that reads a command, runs it and answers. The one place where an
// error becomes a reply. RFC 9051 §3 (states), §5.5 (one command after another).
import type { Socket } from 'node:net';
import {
  Disconnected,
  EndlessLine,
  type IncomingConnection,
  InputEnded,
  type Logger,
  SocketInput,
  SocketOutput,
} from '@pochtar/runtime';
import { isTransient } from '@pochtar/service';
import type { LoggedIn } from '@pochtar/store/directory';
import { capabilities, maxMessageSize } from './capabilities.ts';
import type { Commands, Extension, Session, SessionNotifier, State } from './command.ts';
import { type Command, discardLiteral, readCommand, type ReadLimits } from './command-reader.ts';
import { withHighestModSeq } from './condstore.ts';
import { bad, Bye, formatReply, no, type Reply, tryAgain } from './reply.ts';
import type { SelectedMailbox } from './selected-mailbox.ts';
import type { Server } from './server.ts';
import { sync } from './sync.ts';
import { isRefusedByUidOnly, uidRequired } from './uid-only.ts';
import { BadSyntax } from './syntax/cursor.ts';

// RFC 2971 §3.3: ID has up to 30 fields of 30 and 1,024 octets, before log-in too.
const BEFORE_LOGIN: ReadLimits = {
  line: 40 * 1024,
  literals: 40 * 1024,
  // RFC 7888 §5: LITERAL- is what is offered then.
  unasked: 4096,
  discarded: 1024 * 1024,
};
const AFTER_LOGIN: Omit<ReadLimits, 'discarded'> = {
  line: 64 * 1024,
  literals: 64 * 1024,
  unasked: Number.POSITIVE_INFINITY,
};
/** Commands in a row that are refused as BAD. */
const MAX_BAD_BEFORE_LOGIN = 10;
const MAX_BAD = 100;

export class ImapSession implements Session {
  readonly #commands: Commands;
  readonly server: Server;
  readonly input: SocketInput;
  readonly output: SocketOutput;
  readonly log: Logger;
  socket: Socket;
  isSecure: boolean;
  isCompressed = false;
  /** Whom the session speaks for: the web mail reports its user's address. */
  clientAddress: string;
  account: LoggedIn | null = null;
  selected: SelectedMailbox | null = null;
  /** RFC 9051 §6.3.1: extensions the client has enabled. */
  readonly enabled = new Set<Extension>();
  failedLogins = 0;
  /** IDLE waits here for changes. */
  wake: (() => void) | null = null;
  notifier: SessionNotifier | null = null;
  #badInARow = 0;
  #isOver = false;
  #isBusy = false;
  #bye: Bye | null = null;

  readonly known: () => void;

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
    if (this.selected !== null) return 'selected';
    return this.account === null ? 'notAuthenticated' : 'authenticated';
  }

  /** IMAP4rev2 was enabled: names are UTF-8, nothing is \Recent. */
  get isRev2(): boolean {
    return this.enabled.has('IMAP4REV2');
  }

  /** RFC 9051 §9: names and strings may be UTF-8 in quotes. */
  get isUtf8(): boolean {
    return this.isRev2 || this.enabled.has('UTF8=ACCEPT');
  }

  /** Of the account, for those who watch accounts. */
  get address(): string | null {
    return this.account?.address ?? null;
  }

  /** The web mail's own address, where it has not said for whom it speaks. */
  get isShared(): boolean {
    return this.server.isWebmail(this.clientAddress);
  }

  /** The account id, where a command can't run without one. */
  get accountId(): number {
    if (this.account === null) throw new Error('nobody is logged in');
    return this.account.accountId;
  }

  /** Runs to the end of the connection; never rejects. */
  async run(): Promise<void> {
    const { metrics } = this.server;
    metrics.sessions.add(1);
    metrics.openSessions.add(1);
    try {
      this.output.text(`* OK [CAPABILITY ${capabilities(this)}] ready\r\n`);
      await this.output.flush();
      while (!this.#isOver) await this.#turn();
    } catch (error) {
      this.#farewell(error);
    } finally {
      this.notifier?.[Symbol.dispose]();
      this.deselect();
      if (this.account !== null) this.server.watch.remove(this);
      metrics.openSessions.add(-1);
      metrics.sentBytes.add(this.output.written);
      await this.output.end();
    }
  }

  /** After the current command nothing more is read. */
  logout(): void {
    this.#isOver = true;
  }

  /** Ends the session from outside: at once when it waits for a command, otherwise after the command. */
  dismiss(reason: Bye): void {
    this.#bye = reason;
    if (this.wake !== null) this.wake();
    else if (!this.#isBusy) {
      this.output.text(byeText(reason));
      // Gone when it is written: nobody waits for what the client may still say.
      void this.output.end().then(() => {
        // What is still being compressed ends the connection itself.
        if (!this.isCompressed) this.socket.destroySoon();
      });
    }
  }

  /** Nothing may be selected. */
  select(mailbox: SelectedMailbox): void {
    this.selected = mailbox;
    this.server.watch.add(this);
  }

  deselect(): void {
    if (this.selected === null) return;
    this.selected = null;
  }

  /** For MailboxWatch. */
  get mailboxId(): number {
    return this.selected?.id ?? 0;
  }

  get modSeq(): number {
    return this.selected?.modSeq ?? 0;
  }

  changed(): void {
    if (this.selected !== null) this.selected.isDirty = true;
    if (this.notifier === null) this.wake?.();
    else this.notifier.hint();
  }

  get #limits(): ReadLimits {
    if (this.account === null) return BEFORE_LOGIN;
    // A message that is refused before it has come is thrown away: the answer reaches the client, and it may go on.
    const discarded = maxMessageSize(this.server.settings.current('sending'));
    return { ...AFTER_LOGIN, discarded };
  }

  /** Throws the reason when the session was dismissed. */
  checkDismissed(): void {
    if (this.#bye !== null) throw this.#bye;
  }

  async #turn(): Promise<void> {
    const { times } = this.server;
    const { input } = this;
    input.timeoutMs = times.idleMs;
    await this.#ready();
    input.timeoutMs = times.commandMs;
    const read = await readCommand(input, this.output, this.#limits);
    if (read.kind === 'refused') return this.#answer(read.tag, read.reply);
    const started = performance.now();
    this.#isBusy = true;
    try {
      const reply = await this.#execute(read.command);
      if (reply === null) return;
      const labels = { command: reply.status === 'BAD' ? 'bad' : read.command.name, status: reply.status };
      this.server.metrics.commands.add(1, labels);
      const seconds = (performance.now() - started) / 1000;
      if (reply.status !== 'BAD')
        this.server.metrics.commandDuration.record(seconds, { command: labels.command });
      await this.#answer(read.command.tag, reply);
    } finally {
      this.#isBusy = false;
    }
    this.checkDismissed();
  }

  /** Waits for a command. RFC 5465 §3.1: what NOTIFY asked for is told all the time. */
  async #ready(): Promise<void> {
    const ready = this.input.ready();
    await this.notifier?.whileWaiting(ready, async () => {
      this.#isBusy = true;
      try {
        await this.notifier?.tell(false);
      } finally {
        this.#isBusy = false;
      }
      this.checkDismissed();
    });
    await ready;
  }

  async #execute(command: Command): Promise<Reply | null> {
    const definition = this.#commands.get(command.name);
    let reply: Reply | null;
    if (definition === undefined) reply = bad('unknown command');
    else if (!definition.states.includes(this.state)) reply = bad(wrongState(this.state, definition.states));
    else if (isRefusedByUidOnly(this, command.name)) reply = uidRequired;
    else {
      reply = await this.#attempt(() => definition.run(this, command));
      if (definition.sync !== 'none' && reply !== null)
        reply = await this.#synced(reply, definition.sync === 'all');
    }
    // A message that APPEND did not take is still to come when the client does not wait for permission.
    if (command.literal !== null) await discardLiteral(this.input, command.literal, this.#limits.discarded);
    return reply;
  }

  async #attempt(work: () => Promise<Reply | null>): Promise<Reply | null> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof BadSyntax) return bad(error.message);
      if (error instanceof Bye || error instanceof InputEnded) throw error;
      if (isTransient(error)) {
        this.log.warn({ err: error }, 'a command could not be carried out now');
        return tryAgain;
      }
      this.log.error({ err: error }, 'a command failed');
      return no('the server made a mistake', 'SERVERBUG');
    }
  }

  /** RFC 9051 §7.5.1: EXPUNGE is not told during FETCH, STORE and SEARCH by sequence number. */
  async #synced(reply: Reply, isExpungeAllowed: boolean): Promise<Reply> {
    if (this.selected?.isDirty || (isExpungeAllowed && this.selected?.gone.size)) {
      // What can't be read now is read with the next command; the answer to this one stands.
      await this.#attempt(async () => {
        await sync(this, { isExpungeAllowed });
        return reply;
      });
    }
    return withHighestModSeq(this, reply);
  }

  async #answer(tag: string, reply: Reply): Promise<void> {
    this.output.text(formatReply(tag, reply));
    await this.output.flush();
    this.#badInARow = reply.status === 'BAD' ? this.#badInARow + 1 : 0;
    const limit = this.account === null ? MAX_BAD_BEFORE_LOGIN : MAX_BAD;
    if (this.#badInARow >= limit) throw new Bye('too many bad commands');
  }

  #farewell(error: unknown): void {
    if (error instanceof Disconnected) return;
    if (error instanceof Bye) this.output.text(byeText(error));
    else if (error instanceof InputEnded) {
      const code = error instanceof EndlessLine ? 'TOOBIG' : null;
      this.output.text(byeText(new Bye(error.message, code)));
    } else {
      this.log.error({ err: error }, 'a session failed');
      this.output.text(byeText(new Bye('the server made a mistake', 'SERVERBUG')));
    }
  }
}

function byeText({ code, message }: Bye): string {
  return `* BYE ${code === null ? '' : `[${code}] `}${message}\r\n`;
}

function wrongState(state: State, states: readonly State[]): string {
  if (state === 'notAuthenticated') return 'log in first';
  return states.includes('selected') ? 'select a mailbox first' : 'already logged in';
}
