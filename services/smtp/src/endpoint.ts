// smtp-server's server object for one kind of listener. It never listens itself: sockets come from the listeners of
// @pochtar/runtime, which follow the settings. The library reads its options at each use, so they are getters.
/* oxlint-disable no-underscore-dangle -- the library's inner names */
import { setTimeout as wait } from 'node:timers/promises';
import type { SecureContext } from 'node:tls';
import { type IncomingConnection, type TlsContexts, uuidv7 } from '@pochtar/runtime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { type Dialogue, SESSION_LIMITS, type SessionLimits } from './protocol.ts';
import { localTrouble, loginLater } from './replies.ts';
import { type ListenerKind, Session } from './session.ts';
import { Connection } from './smtp-connection.ts';

export interface EndpointOptions {
  kind: ListenerKind;
  dialogue: Dialogue;
  tls: TlsContexts;
  limits?: Partial<SessionLimits>;
}

type AuthArguments = Parameters<NonNullable<SMTPServerOptions['onAuth']>>;

export class Endpoint extends SMTPServer {
  readonly #kind: ListenerKind;
  readonly #dialogue: Dialogue;
  readonly #limits: SessionLimits;
  /** The library hands its own session object to `onAuth`. */
  readonly #bySession = new WeakMap<object, Connection>();
  readonly #open = new Set<Connection>();

  constructor(options: EndpointOptions) {
    const limits = { ...SESSION_LIMITS, ...options.limits };
    super(libraryOptions(options, limits));
    this.#kind = options.kind;
    this.#dialogue = options.dialogue;
    this.secureContext = new CurrentContext(options.tls);
    this.#limits = limits;
    // Of single connections: resets, failed handshakes. They end by themselves.
    this.on('error', () => {});
  }

  /** Begins a session on a connected socket, whose handshake is done where TLS comes first. */
  begin({ socket, clientAddress, clientPort, known }: Omit<IncomingConnection, 'listener'>): void {
    const id = uuidv7();
    const options = { id, remoteAddress: clientAddress, remotePort: clientPort };
    const session = new Session(id, this.#kind, clientAddress);
    session.known = known;
    const parts = { session, dialogue: this.#dialogue, limits: this.#limits };
    const connection = new Connection(this, socket, options, parts);
    this.#bySession.set(connection.session, connection);
    this.#open.add(connection);
    this.connections.add(connection);
    connection.on('error', (error: Error) => this._onError(error));
    connection.once('end', () => this.#open.delete(connection));
    connection.init();
  }

  get sessions(): ReadonlySet<Connection> {
    return this.#open;
  }

  /** Ends idle sessions now, busy ones after their reply, and what is left after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      const check = (): void => {
        if (this.#open.size === 0) resolve();
      };
      for (const connection of this.#open) {
        connection.once('end', check);
        connection.stop();
      }
      check();
    });
    const timer = new AbortController();
    await Promise.race([ended, wait(graceMs, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
    for (const connection of this.#open) connection._socket.destroy();
  }

  override onAuth(...[auth, session, done]: AuthArguments): void {
    const connection = this.#bySession.get(session);
    if (!connection) return done(new Error(localTrouble.text));
    const credentials = {
      name: auth.username ?? '',
      authorizationName: auth.authzid ?? '',
      password: auth.password ?? '',
    };
    const answered = async (): Promise<void> => {
      const answer = await this.#dialogue.auth(connection.state, credentials).catch((error: unknown) => {
        this.#dialogue.failed(connection.state, error);
        return loginLater;
      });
      connection.finishAuth(answer, done);
    };
    answered().catch((error: unknown) => this.#dialogue.failed(connection.state, error));
  }

  override onSecure(...[, , done]: Parameters<SMTPServer['onSecure']>): void {
    done();
  }

  // Without a certificate the library would show a built-in one whose key everybody knows.
  override updateSecureContext(): void {}
}

/** STARTTLS takes the context from here at each handshake; SNI asks `TlsContexts` itself. */
class CurrentContext extends Map<string, SecureContext> {
  readonly #tls: TlsContexts;

  constructor(tls: TlsContexts) {
    super();
    this.#tls = tls;
  }

  override get(): SecureContext | undefined {
    return this.#tls.available ? this.#tls.secureContext : undefined;
  }
}

function libraryOptions({ kind, tls, dialogue }: EndpointOptions, limits: SessionLimits): SMTPServerOptions {
  return {
    get name() {
      return dialogue.serverName();
    },
    secure: kind === 'smtps',
    SNICallback: (name: string, done: (error: Error | null, context?: SecureContext) => void) =>
      tls.sni(name, done),
    hideENHANCEDSTATUSCODES: false,
    hideDSN: false,
    authMethods: ['PLAIN', 'LOGIN'],
    // Decided in commands/mail.ts and Connection, for each session.
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    disabledCommands: ['WIZ', 'SHELL', 'KILL', 'XCLIENT', 'XFORWARD'],
    socketTimeout: limits.idleMs,
    logger: false,
  };
}
