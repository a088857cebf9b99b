// One connection: smtp-server's, with the repairs that it needs. Sockets, STARTTLS, AUTH mechanisms and the life of a
// connection are the library's; greeting, reading, dispatch, paths, parameters and DATA are here. Replies are written in
// answering-connection.ts.
/* oxlint-disable no-underscore-dangle -- the library's inner names */
import type { Socket } from 'node:net';
import { isUtf8 } from 'node:buffer';
import { TLSSocket } from 'node:tls';
import type { SMTPConnection, SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection';
import { formatAddress } from '@pochtar/mail';
import {
  channelBindings,
  isOutOfRoom,
  isScram,
  type LoginOutcome,
  type ScramMechanism,
} from '@pochtar/service';
import { AnsweringConnection } from './answering-connection.ts';
import { Chunking } from './chunking.ts';
import { CommandWatch } from './command-watch.ts';
import { DataWatch } from './data-watch.ts';
import { isHelloName } from './hello-name.ts';
import { parsePathCommand } from './path-command.ts';
import type { Dialogue, PayloadSink, SessionLimits, Stage } from './protocol.ts';
import * as refused from './refused-commands.ts';
import * as replies from './replies.ts';
import { isRefusal, type Reply, reply } from './reply.ts';
import { scramExchange, type ScramLines } from './scram-dialogue.ts';
import type { Session } from './session.ts';
import { type LineHandler, SmtpReader } from './smtp-reader.ts';

const unverified = reply(252, '2.1.5', 'cannot verify, but will take mail for whom there is');
/** RFC 5321 §4.5.3.1.4 asks for 512 octets; SMTPUTF8, DSN and other extensions add to it. */
const MAX_COMMAND = 2048;
const REFUSED_IDLE_MS = 10_000;

type Next = () => void;

export class Connection extends AnsweringConnection implements LineHandler {
  readonly #dialogue: Dialogue;
  readonly #handlers: Record<string, (line: string, next: Next) => void>;
  #payload: PayloadSink | null = null;
  readonly #chunking: Chunking;
  readonly #dataWatch: DataWatch;
  readonly #commandWatch: CommandWatch;
  #isRefused = false;
  #isStopping = false;
  #idleCommands = 0;

  constructor(
    server: SMTPConnection['_server'],
    socket: Socket,
    options: SMTPConnectionOptions,
    parts: { session: Session; dialogue: Dialogue; limits: SessionLimits },
  ) {
    super(server, socket, options, parts);
    this.#dialogue = parts.dialogue;
    this.#dataWatch = new DataWatch(parts.limits, () => this.say(replies.tooSlow));
    this.#commandWatch = new CommandWatch(
      () => this.isIdle,
      () => this.say(replies.commandTooSlow),
    );
    this.#chunking = new Chunking({
      begin: () => this.#dialogue.data(this.state),
      maxSize: () => this.#dialogue.maxMessageSize(),
    });
    this.#noteTls();
    this.#handlers = {
      HELO: (line, next) => this.#hello(line, next, false),
      EHLO: (line, next) => this.#hello(line, next, true),
      MAIL: (line, next) => this.#mail(line, next),
      RCPT: (line, next) => this.#rcpt(line, next),
      DATA: (line, next) => this.#data(line, next),
      BDAT: (line, next) => this.#bdat(line, next, null),
      AUTH: (line, next) => this.#auth(line, next),
      STARTTLS: (line, next) => this.#startTls(line, next),
      VRFY: (line, next) => this.#verify(line, next),
      RSET: (_line, next) => this.handler_RSET(Buffer.alloc(0), next),
      NOOP: (_line, next) => this.handler_NOOP(Buffer.alloc(0), next),
      QUIT: (_line, next) => this.handler_QUIT(Buffer.alloc(0), next),
      HELP: (_line, next) => this.#reply(reply(214, '2.0.0', 'RFC 5321 describes the commands'), next),
    };
  }

  /** Nothing is under way: the session can be ended without losing anything. */
  get isIdle(): boolean {
    return this.#payload === null && this.#chunking.payload === null && !this._handlerPending;
  }

  get account(): Session['login'] {
    return this.state.login;
  }

  /** RFC 5321 §3.8: ends an idle session now, a busy one after its reply. */
  stop(): void {
    this.#isStopping = true;
    if (this.isIdle) this.say(replies.shuttingDown);
  }

  /** The login counts no more: nothing of this session is taken from now on, a mail that is coming in neither. */
  dismiss(): void {
    this.#isStopping = true;
    if (this.#payload !== null || this.#chunking.payload !== null) this._socket.destroy();
    else if (this.isIdle) this.say(replies.loginEnded);
  }

  // --- greeting -------------------------------------------------------------------------------------------------

  // The library waits 100 ms for clients that talk too early, and looks the address up in DNS. Neither is wanted:
  // the look-ups of strangers are made beside the dialogue.
  override init(): void {
    this._setListeners(() => {
      this._setClientHostname('');
      this._resetSession();
      const refusal = this.#dialogue.connect(this.state);
      this._ready = true;
      this.#commandWatch.start(this.limits.commandMs);
      if (refusal === null) {
        // RFC 5321 §4.2, §4.3.1: the greeting starts with the server's name and has no enhanced code.
        this.say(reply(220, null, `${this.#dialogue.serverName()} ESMTP`));
        return;
      }
      this.#dialogue.refused(this.state, 'connect', null, refusal);
      this.#isRefused = true;
      this._socket.setTimeout(REFUSED_IDLE_MS);
      this.say(refusal);
    });
  }

  override _createParser(): SmtpReader {
    return new SmtpReader(this);
  }

  // --- reading --------------------------------------------------------------------------------------------------

  // RFC 5321 §4.5.3.1.4, §4.5.3.1.9: an over-long line is an error of this command, and the session goes on.
  longLine(resume: Next): void {
    if (this._upgrading) return resume();
    // RFC 4954 §4: a response of AUTH ends the exchange.
    const answer = this._nextHandler ? replies.authTooLong : replies.commandTooLong;
    this._nextHandler = false;
    this.#reply(answer, resume);
  }

  line(line: Buffer, resume: Next): void {
    const next = (): void => this._whenWritable(resume);
    // RFC 3207 §4.2: what came in clear behind STARTTLS is not looked at.
    if (this._upgrading) return next();
    // A mail that has begun is taken to its end.
    if (this.#isStopping && this.#chunking.payload === null) return this.#reply(replies.shuttingDown, next);
    const handler = this._nextHandler;
    if (handler) {
      this._nextHandler = false;
      return this.#library(() => handler.call(this, line, this.#ended(next)));
    }
    // RFC 6531 §3.3: what is not US-ASCII must be UTF-8.
    if (!isUtf8(line)) return this.#reply(replies.notUtf8, next);
    const text = line.toString('utf8');
    const verb = (/^[A-Za-z]{1,16}(?![^ \t])/.exec(text)?.[0] ?? '').toUpperCase();
    if (line.length > MAX_COMMAND && verb !== 'AUTH' && verb !== 'BDAT')
      return this.#reply(replies.commandTooLong, next);
    this.#dispatch(verb, text, next);
  }

  #dispatch(verb: string, line: string, next: Next): void {
    // RFC 5321 §3.1: after a 554 greeting everything but QUIT is out of sequence.
    if (this.#isRefused && verb !== 'QUIT') return this.#reply(replies.noService, next);
    const handler = Object.hasOwn(this.#handlers, verb) ? this.#handlers[verb] : undefined;
    if (!handler) return this.#reply(refused.unknownReply(verb, line), next);
    if (this.state.helo === '' && ['MAIL', 'RCPT', 'DATA', 'BDAT', 'AUTH'].includes(verb)) {
      return verb === 'BDAT'
        ? this.#bdat(line, next, replies.badSequence)
        : this.#reply(replies.badSequence, next);
    }
    // RFC 3030 §2, §4.2: DATA and BDAT are not mixed, and the envelope is closed.
    if (this.#chunking.isUnderWay && ['MAIL', 'RCPT', 'DATA', 'AUTH', 'STARTTLS'].includes(verb)) {
      return this.#reply(replies.chunksUnderWay, next);
    }
    if (!['MAIL', 'RCPT', 'DATA', 'BDAT', 'QUIT'].includes(verb)) {
      this.#idleCommands++;
      if (this.#idleCommands > this.allowance(this.limits.idleCommands))
        return this.#reply(replies.tooManyCommands, next);
    }
    this.#library(() => handler(line, this.#ended(next)));
  }

  /** While a command is worked on the client is not idle. */
  #library(work: () => void): void {
    this._handlerPending = true;
    try {
      work();
    } catch (error) {
      this.#dialogue.failed(this.state, error);
      this._handlerPending = false;
      this.say({ ...replies.localTrouble, code: 421 });
    }
  }

  #ended(next: Next): Next {
    return () => {
      this._handlerPending = false;
      this.#goOn(next);
    };
  }

  #goOn(next: Next): void {
    if (!this._closing && !this._upgrading) this.#commandWatch.start(this.limits.commandMs);
    next();
    if (this.#isStopping && this.isIdle && !this._closing) this.say(replies.shuttingDown);
  }

  // --- commands -------------------------------------------------------------------------------------------------

  // RFC 2034 §3: no enhanced codes here.
  #hello(line: string, next: Next, isExtended: boolean): void {
    const name = line.slice(4).trim();
    if (!isHelloName(name)) return this.#reply(replies.helloSyntax(isExtended ? 'EHLO' : 'HELO'), next);
    this.state.helo = name;
    this.state.isExtended = isExtended;
    this.hostNameAppearsAs = name;
    this.openingCommand = isExtended ? 'EHLO' : 'HELO';
    // RFC 5321 §4.1.4: as RSET.
    this._resetSession();
    const greeting = `${this.#dialogue.serverName()} greets [${this.state.clientAddress}]`;
    this.send(250, isExtended ? [greeting, ...this.#dialogue.keywords(this.state)] : greeting, false);
    next();
  }

  #mail(line: string, next: Next): void {
    const command = parsePathCommand(line, 'MAIL FROM', this.state.isTrusted);
    if (typeof command === 'string')
      return this.#refuse('mail', null, refused.pathRefusal('mail', command), next);
    this.#answer('mail', null, this.#dialogue.mail(this.state, command), next);
  }

  #rcpt(line: string, next: Next): void {
    const command = parsePathCommand(line, 'RCPT TO', this.state.isTrusted);
    if (typeof command === 'string')
      return this.#refuse('rcpt', null, refused.pathRefusal('rcpt', command), next);
    const recipient = command.address && formatAddress(command.address);
    this.#answer('rcpt', recipient, this.#dialogue.rcpt(this.state, command), next);
  }

  #data(line: string, next: Next): void {
    if (line.slice(4).trim() !== '') return this.#reply(replies.noDataParameters, next);
    const payload = this.#dialogue.data(this.state);
    if ('code' in payload) return this.#refuse('data', null, payload, next);
    this.#payload = payload;
    (this._parser as SmtpReader).readInto(payload.body, payload.isNormalised);
    this.#dataWatch.start(payload);
    this.say(reply(354, null, 'end with <CR><LF>.<CR><LF>'));
    next();
  }

  dataEnd(resume: Next): void {
    const payload = this.#payload;
    this.#dataWatch.stop();
    if (!payload) return resume();
    this._handlerPending = true;
    this.#answer('data', null, payload.end(), () => {
      this.#payload = null;
      this._handlerPending = false;
      this._resetSession();
      resume();
    });
  }

  #bdat(line: string, next: Next, outOfPlace: Reply | null): void {
    const isFirst = this.#chunking.payload === null;
    const chunk = this.#chunking.command(line, outOfPlace);
    if ('code' in chunk) {
      // What follows are octets of a mail. They must not be taken for commands.
      this.#dialogue.refused(this.state, 'data', null, chunk);
      this.say(chunk);
      return this.say(replies.cannotGoOn);
    }
    const { payload } = this.#chunking;
    if (isFirst && payload) this.#dataWatch.start(payload);
    if (chunk.size === 0) return this.chunkEnd(next);
    (this._parser as SmtpReader).readChunk(chunk.size, chunk.sink);
    next();
  }

  chunkEnd(resume: Next): void {
    this._handlerPending = true;
    let isLast = false;
    const work = this.#chunking.received().then(({ answer, isOver }) => {
      isLast = isOver;
      return answer;
    });
    this.#answer('data', null, work, () => {
      this._handlerPending = false;
      if (isLast) this._resetSession();
      resume();
    });
  }

  #auth(line: string, next: Next): void {
    const refusal = refused.authRefusal(this.#dialogue, this.state);
    if (refusal) return this.#reply(refusal, next);
    const [, mechanism = '', initial, ...more] = line.trim().split(/[ \t]+/);
    if (!isScram(mechanism.toUpperCase())) return this.handler_AUTH(Buffer.from(line), next);
    if (more.length > 0) return this.#reply(replies.authSyntax, next);
    this.#scram(mechanism.toUpperCase() as ScramMechanism, initial, next);
  }

  #scram(mechanism: ScramMechanism, initial: string | undefined, next: Next): void {
    const { state } = this;
    const lines: ScramLines = {
      next,
      expect: (handler) => {
        this._nextHandler = handler;
      },
      say: (answer, resume) => {
        if (answer.code === 235) this.session.user = state.login;
        this.#reply(answer, resume);
      },
    };
    const tell = (outcome: LoginOutcome): Reply => this.#dialogue.loggedIn(state, outcome);
    const failed = (error: unknown): void => this.#dialogue.failed(state, error);
    scramExchange(this.#dialogue.scram(state, mechanism), initial, { tell, failed }, lines);
  }

  #startTls(line: string, next: Next): void {
    const refusal = refused.startTlsRefusal(line, this.secure, this.#dialogue.startTls(this.state));
    if (refusal) return this.#reply(refusal, next);
    this.say(reply(220, '2.0.0', 'ready to start TLS'));
    this.upgrade(next);
    this.#commandWatch.start(this.limits.handshakeMs);
  }

  // RFC 5321 §3.5.3: 252 tells nothing about who exists.
  #verify(line: string, next: Next): void {
    const isEmpty = line.slice(4).trim() === '';
    this.#reply(isEmpty ? replies.verifySyntax : unverified, next);
  }

  // The library counts silence: here it is the client's turn, and nothing came.
  override _onTimeout(): void {
    if (this._closing || this._handlerPending) super._onTimeout();
    else this.say(replies.silent);
  }

  override upgrade(callback: Next, secureCallback?: Next): void {
    this.state.forget();
    // The answer to STARTTLS must be out before the handshake begins on the same socket.
    this.flushReplies();
    super.upgrade(callback, () => {
      this.#noteTls();
      this.#commandWatch.start(this.limits.commandMs);
      secureCallback?.();
    });
  }

  // --- replies --------------------------------------------------------------------------------------------------

  #answer(stage: Stage, recipient: string | null, work: Promise<Reply>, next: Next): void {
    const answered = async (): Promise<void> => {
      const answer = await work.catch((error: unknown) => {
        this.#dialogue.failed(this.state, error);
        return isOutOfRoom(error) ? replies.noSpace : replies.localTrouble;
      });
      if (isRefusal(answer)) return this.#refuse(stage, recipient, answer, next);
      // A chunk is no mail yet.
      if (stage === 'data' && !this.#chunking.isUnderWay) this.errors = this.#idleCommands = 0;
      this.#reply(answer, next);
    };
    answered().catch((error: unknown) => this.#dialogue.failed(this.state, error));
  }

  #refuse(stage: Stage, recipient: string | null, answer: Reply, next: Next): void {
    this.#dialogue.refused(this.state, stage, recipient, answer);
    this.#reply(answer, next);
  }

  #reply(answer: Reply, next: Next): void {
    this.say(answer);
    this.#goOn(next);
  }

  // --- life -----------------------------------------------------------------------------------------------------

  override _resetSession(): void {
    super._resetSession();
    if (this.#chunking.isUnderWay) this.#dataWatch.stop();
    this.#chunking.reset();
    this.state.transaction = null;
  }

  override _onClose(): void {
    this.#dataWatch.stop();
    this.#commandWatch.stop();
    const isFirst = !this._closed;
    super._onClose();
    if (!isFirst) return;
    // A mail that is complete is taken or not without its client.
    if (this.#payload && !this._handlerPending) this.#payload.abort();
    this.#chunking.reset();
    this.#dialogue.closed(this.state);
    this.emit('end');
  }

  #noteTls(): void {
    if (!(this._socket instanceof TLSSocket)) return;
    const { name } = this._socket.getCipher();
    this.state.tls = { version: this._socket.getProtocol() ?? '', cipher: name };
    this.state.bindings = channelBindings(this._socket);
  }
}
