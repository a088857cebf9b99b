// One SMTP session with a far side, over nodemailer's smtp-connection (RFC 5321, 3207, 4954, 2920).
//
// Its `send` knows one set of DSN parameters for all recipients and gives SMTPUTF8 by the addresses alone, so the
// parameters of MAIL and RCPT are put in here, where every command passes. That, the extensions and the refused
// recipients of a failed transaction are internals of the library; its version is exact, and the tests of this
// folder see that they are as expected.
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { type ConnectionOptions, type SecureVersion, TLSSocket } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { isClosing, parseReply, type Reply } from './reply.ts';
import { type Credentials, SessionLines, type SessionObserver, withoutPassword } from './session-lines.ts';
import type { TlsPolicy } from './tls-policy.ts';

// RFC 5321 §4.5.3.2: 5 minutes for the greeting and for each command, 10 for the end of the data. `connectMs`
// bounds greeting, EHLO and STARTTLS together. A transaction may take `transactionMs`, and a second more for each of so
// many bytes: a far side that trickles is left.
const TIMEOUTS = { connectMs: 300_000, commandMs: 600_000, transactionMs: 900_000 };
const BYTES_A_SECOND = 16 * 1024;

export interface SessionOptions {
  /** The name the certificate is asked for, and logs show. */
  host: string;
  /** Ours in EHLO. */
  heloName: string;
  /** null: no TLS at all. */
  tls: TlsPolicy | null;
  auth: Credentials;
  signal: AbortSignal;
  timeouts?: Partial<typeof TIMEOUTS>;
  /** Is told of every line, for tests of the settings. */
  observer?: SessionObserver | undefined;
}

export interface Transmission {
  /** '' is the null reverse path. */
  from: string;
  to: readonly string[];
  size: number;
  /** Parameters of MAIL beside SIZE, such as `BODY=8BITMIME`. */
  mailParameters: readonly string[];
  recipientParameters: (address: string) => readonly string[];
  body: AsyncIterable<Buffer>;
}

/** The session is over. `isHandshake`: TLS did not come about. */
export class SessionFailed extends Error {
  override name = 'SessionFailed';
  readonly reply: Reply | null;
  readonly isHandshake: boolean;
  /** The far side would not have our password. */
  readonly isAuthentication: boolean;
  /** Recipients that were refused before it ended. */
  readonly refused: ReadonlyMap<string, Reply>;
  /** Whether any of the body went out: if not, the far side cannot have the mail. */
  readonly isBodyBegun: boolean;

  constructor(
    message: string,
    facts: {
      reply?: Reply | null;
      isHandshake?: boolean;
      isAuthentication?: boolean;
      refused?: Map<string, Reply>;
      isBodyBegun?: boolean;
    } = {},
  ) {
    super(message);
    this.reply = facts.reply ?? null;
    this.isHandshake = facts.isHandshake ?? false;
    this.isAuthentication = facts.isAuthentication ?? false;
    this.refused = facts.refused ?? new Map();
    this.isBodyBegun = facts.isBodyBegun ?? false;
  }
}

/** Our own side failed: the body could not be read. */
export class BodyFailed extends Error {
  override name = 'BodyFailed';
}

interface LibraryError extends Error {
  code?: string | undefined;
  response?: string | undefined;
}
interface Internals {
  _sendCommand(this: SMTPConnection, command: string, logged?: string): void;
  readonly _socket: Socket;
  /** Who takes the next replies, in order. */
  readonly _responseActions: ((reply: string) => void)[];
  readonly _supportedExtensions: readonly string[];
  readonly _envelope:
    | false
    | {
        mailError?: Error;
        rejectedErrors?: readonly (LibraryError & { recipient?: string | undefined })[];
      };
}

const library = SMTPConnection.prototype as unknown as Internals;

class Connection extends SMTPConnection {
  transmission: Pick<Transmission, 'mailParameters' | 'recipientParameters'> | null = null;

  _sendCommand(command: string, logged?: string): void {
    library._sendCommand.call(this, this.#withParameters(command), logged);
  }

  #withParameters(command: string): string {
    if (this.transmission === null) return command;
    const { mailParameters, recipientParameters } = this.transmission;
    if (command.startsWith('MAIL FROM:<')) {
      const added = mailParameters.filter(
        (parameter) => !command.endsWith(` ${parameter}`) && !command.includes(` ${parameter} `),
      );
      return [command, ...added].join(' ');
    }
    const address = /^RCPT TO:<(.*)>$/s.exec(command)?.[1];
    return address === undefined ? command : [command, ...recipientParameters(address)].join(' ');
  }
}

export class SmtpSession {
  readonly host: string;
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  readonly #transactionMs: number;
  readonly #withoutPassword: (text: string) => string;
  readonly #abort: () => void;
  /** How it is secured, as the trace has it. */
  security = '';
  /** Why the session ended, when nobody was waiting. */
  #failure: LibraryError | null = null;
  #mustReset = false;
  #isBodyBegun = false;
  #transactions = 0;

  private constructor(connection: Connection, options: SessionOptions) {
    this.host = options.host;
    this.#connection = connection;
    this.#signal = options.signal;
    this.#transactionMs = options.timeouts?.transactionMs ?? TIMEOUTS.transactionMs;
    this.#withoutPassword = withoutPassword(options.auth);
    this.#abort = () => connection.close();
    connection.on('error', (error: LibraryError) => {
      this.#failure ??= error;
    });
    options.signal.addEventListener('abort', this.#abort);
  }

  /** Greets over a connected socket, secures it, logs in. Throws `SessionFailed`, the socket closed. */
  static async open(socket: Socket, options: SessionOptions): Promise<SmtpSession> {
    const { observer, auth } = options;
    const inUse = (): Socket => (connection as unknown as Internals)._socket;
    const lines = observer === undefined ? {} : new SessionLines(observer, auth, inUse).options;
    const connection: Connection = new Connection({ ...connectionOptions(socket, options), ...lines });
    const session = new SmtpSession(connection, options);
    try {
      await session.#connect();
      if (auth !== null) await session.#login(auth);
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  /** Whether the far side offers an extension: 8BITMIME, SMTPUTF8, DSN, SIZE, PIPELINING. */
  offers(extension: string): boolean {
    return this.#internals._supportedExtensions.includes(extension);
  }

  get isSecure(): boolean {
    return this.#connection.secure;
  }

  /** For looking at its certificates; null: not encrypted. */
  get tlsSocket(): TLSSocket | null {
    const { _socket } = this.#internals;
    return this.isSecure && _socket instanceof TLSSocket ? _socket : null;
  }

  get isOpen(): boolean {
    return !this.#connection.destroyed;
  }

  /** Transactions that came to an end with a reply of the far side. */
  get transactions(): number {
    return this.#transactions;
  }

  /** The reply for each recipient; positive ones have the mail. Throws `SessionFailed` or `BodyFailed`, closed. */
  async send(transmission: Transmission): Promise<Map<string, Reply>> {
    this.#isBodyBegun = false;
    if (this.#mustReset) await this.#reset();
    this.#connection.transmission = transmission;
    const allowed = this.#transactionMs + (transmission.size / BYTES_A_SECOND) * 1000;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#connection.close();
    }, allowed);
    try {
      const replies = await this.#transmit(transmission);
      if ([...replies.values()].some(isClosing)) this.close();
      else this.#transactions++;
      return replies;
    } catch (error) {
      this.close();
      const late = (): SessionFailed =>
        new SessionFailed(`not done within ${Math.round(allowed / 1000)} s`, { isBodyBegun: true });
      throw isLate ? late() : error;
    } finally {
      clearTimeout(timer);
      this.#connection.transmission = null;
    }
  }

  /**
   * MAIL and RSET: what the far side says to a sender. No mail is sent. Throws `SessionFailed`, the socket closed.
   */
  async askForSender(from: string): Promise<Reply> {
    try {
      const reply = await this.#command(`MAIL FROM:<${from}>`);
      await this.#reset();
      return parseReply(reply);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #command(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(this.#failed(this.#failure ?? closed()));
      if (!this.isOpen) return ended();
      this.#connection.once('end', ended);
      this.#internals._responseActions.push((reply) => {
        this.#connection.off('end', ended);
        resolve(reply);
      });
      this.#connection._sendCommand(command);
    });
  }

  /** QUIT, and its reply, or the end of the connection, for so long. */
  async farewell(ms: number): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#connection.once('end', () => resolve());
      setTimeout(resolve, ms).unref();
    });
    this.quit();
    await ended;
    this.close();
  }

  /** QUIT, without waiting for its reply. */
  quit(): void {
    this.#signal.removeEventListener('abort', this.#abort);
    if (this.isOpen) this.#connection.quit();
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#connection.close();
  }

  get #internals(): Internals {
    return this.#connection as unknown as Internals;
  }

  #connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (error: LibraryError): void => reject(this.#failed(error));
      this.#connection.once('error', fail);
      this.#connection.once('end', () => fail(this.#failure ?? closed()));
      this.#connection.connect((error) => (error ? fail(error) : resolve()));
    });
  }

  #login({ user, pass }: { user: string; pass: string }): Promise<void> {
    return this.#settled((done) => this.#connection.login({ credentials: { user, pass } }, done));
  }

  async #reset(): Promise<void> {
    await this.#settled((done) => this.#connection.reset(done));
    this.#mustReset = false;
  }

  /** A command whose callback may never come when the connection ends meanwhile. */
  #settled(command: (done: (error: LibraryError | null | undefined) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(this.#failed(this.#failure ?? closed()));
      if (!this.isOpen) return ended();
      this.#connection.once('end', ended);
      command((error) => {
        this.#connection.off('end', ended);
        if (error) reject(this.#failed(error));
        else resolve();
      });
    });
  }

  #transmit({ from, to, size, body }: Transmission): Promise<Map<string, Reply>> {
    return new Promise((resolve, reject) => {
      const stream = Readable.from(this.#noted(body), { objectMode: false });
      const fail = (): void => reject(this.#failed(this.#failure ?? closed(), this.#refused()));
      // The library ends the session before it says why: what it says comes first.
      const ended = (): void => void setImmediate(fail);
      if (!this.isOpen) return fail();
      this.#connection.once('end', ended);
      this.#connection.send(
        { from: from === '' ? false : from, to: [...to], size },
        stream,
        (error, info) => {
          this.#connection.off('end', ended);
          stream.destroy();
          const refused = this.#refused();
          if (!error) return resolve(repliesTo(to, refused, parseReply(info?.response ?? '')));
          this.#mustReset = true;
          this.#refusedAll(to, refused, error).then(resolve, reject);
        },
      );
    });
  }

  /** The library asks for the body when the far side has said 354. */
  async *#noted(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    this.#isBodyBegun = true;
    yield* body;
  }

  /** The far side refused the transaction (the session goes on), or the session is over, or our body failed. */
  async #refusedAll(
    to: readonly string[],
    refused: Map<string, Reply>,
    error: LibraryError,
  ): Promise<Map<string, Reply>> {
    if (error.code === 'ESTREAM') throw new BodyFailed(error.message, { cause: error });
    if (error.response && (error.code === 'EENVELOPE' || error.code === 'EMESSAGE')) {
      return repliesTo(to, refused, parseReply(error.response));
    }
    if (error.code === 'EMESSAGE' || error.code === 'EENVELOPE') {
      // Found by the library itself: larger than the far side's SIZE, or an address that cannot be written.
      const reply = error.code === 'EMESSAGE' ? '552 5.3.4' : '553 5.1.3';
      return repliesTo(to, refused, parseReply(`${reply} ${error.message}`));
    }
    throw this.#failed(error, refused);
  }

  #refused(): Map<string, Reply> {
    const envelope = this.#internals._envelope;
    const refused = new Map<string, Reply>();
    // RFC 2920 §3.1: where the sender was refused, the replies to pipelined recipients only say that again.
    if (envelope === false || envelope.mailError) return refused;
    for (const { recipient, response } of envelope.rejectedErrors ?? []) {
      if (recipient !== undefined) refused.set(recipient, parseReply(response ?? ''));
    }
    return refused;
  }

  #failed(error: LibraryError, refused = new Map<string, Reply>()): SessionFailed {
    // What a far side says is kept with the mail and shown: it may repeat what it was sent.
    const reply = error.response ? parseReply(this.#withoutPassword(error.response)) : null;
    const isHandshake = this.#connection.upgrading === true || error.code === 'ETLS';
    const isAuthentication = error.code === 'EAUTH';
    const isBodyBegun = this.#isBodyBegun;
    const message = this.#withoutPassword(error.message);
    return new SessionFailed(message, { reply, isHandshake, isAuthentication, refused, isBodyBegun });
  }
}

const closed = (): Error => new Error('the connection was closed');

/** Recipients that were not refused by themselves share the last reply. */
function repliesTo(
  to: readonly string[],
  refused: ReadonlyMap<string, Reply>,
  last: Reply,
): Map<string, Reply> {
  return new Map(to.map((address) => [address, refused.get(address) ?? last]));
}

/** Old TLS is better than none, and strangers' certificates are not asked for. */
const OPPORTUNISTIC = {
  rejectUnauthorized: false,
  minVersion: 'TLSv1' as SecureVersion,
  ciphers: 'DEFAULT:@SECLEVEL=0',
};

function tlsOptions(tls: TlsPolicy | null): ConnectionOptions {
  if (tls?.isCertificateVerified) return { minVersion: 'TLSv1.2' };
  if (tls?.strict === undefined) return OPPORTUNISTIC;
  const { name } = tls.strict;
  return { minVersion: 'TLSv1.2', rejectUnauthorized: false, ...(name !== null && { servername: name }) };
}

function connectionOptions(
  socket: Socket,
  options: SessionOptions,
): ConstructorParameters<typeof SMTPConnection>[0] {
  const { connectMs, commandMs } = { ...TIMEOUTS, ...options.timeouts };
  const { tls } = options;
  return {
    connection: socket,
    host: options.host,
    name: options.heloName,
    secure: tls?.mode === 'implicit',
    ignoreTLS: tls === null,
    requireTLS: tls?.mode === 'required',
    opportunisticTLS: tls?.mode === 'opportunistic',
    tls: tlsOptions(tls),
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: commandMs,
    logger: false,
  };
}
