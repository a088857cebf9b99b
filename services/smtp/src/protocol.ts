// What the protocol (smtp-connection.ts, endpoint.ts) asks of the service (dialogue.ts), and the limits of a session.
import type { Credentials, LoginOutcome, ScramLogin, ScramMechanism } from '@pochtar/service';
import type { PathCommand } from './path-command.ts';
import type { Reply } from './reply.ts';
import type { Session } from './session.ts';
import type { DataSink } from './smtp-reader.ts';

export type Stage = 'connect' | 'mail' | 'rcpt' | 'data';

export interface Dialogue {
  /** The first word of the greeting and of the answer to EHLO. */
  serverName(): string;
  /** Null: greet. */
  connect(session: Session): Reply | null;
  /** Sets the session's login when it answers 235. */
  auth(session: Session, credentials: Credentials): Promise<Reply>;
  scram(session: Session, mechanism: ScramMechanism): ScramLogin;
  /** Takes over what came of it: sets the session's login when it answers 235. */
  loggedIn(session: Session, outcome: LoginOutcome): Reply;
  mail(session: Session, command: PathCommand): Promise<Reply>;
  rcpt(session: Session, command: PathCommand): Promise<Reply>;
  data(session: Session): Reply | PayloadSink;
  /** Octets. */
  maxMessageSize(): number;
  /** RFC 5321 §4.1.1.1: keywords of EHLO. */
  keywords(session: Session): string[];
  /** Whether STARTTLS may be used now, or why not. */
  startTls(session: Session): 'offered' | 'off' | 'unavailable';
  /** Whether a password may be sent over this connection. */
  mayAuthenticate(session: Session): boolean;
  /** Told of every refusal but those of the plain syntax. `recipient` is the one of RCPT. */
  refused(session: Session, stage: Stage, recipient: string | null, answer: Reply): void;
  /** Something unexpected; the client gets a 4yz. */
  failed(session: Session, error: unknown): void;
  closed(session: Session): void;
}

/** The payload of one mail, and the reply to it. */
export interface PayloadSink {
  readonly body: DataSink & { readonly received: number };
  /** Bare CR and LF become CRLF on the way in. */
  readonly isNormalised: boolean;
  end(): Promise<Reply>;
  abort(): void;
}

export interface SessionLimits {
  /** RFC 5321 §4.5.3.2.5: at least three minutes between two pieces of a mail; §4.5.3.2.7: five for a command. */
  idleMs: number;
  /** RFC 5321 §4.5.3.2.7: at least five minutes from a reply to the end of the next command, however it trickles in. */
  commandMs: number;
  /** From the reply to STARTTLS to the end of the handshake. */
  handshakeMs: number;
  /** DATA may take this long, and longer only as long as `dataBytesPerSecond` come on average. */
  dataMs: number;
  dataBytesPerSecond: number;
  /** Refused commands of a stranger before the session ends. */
  errors: number;
  /** Commands in a row that are no part of a mail. */
  idleCommands: number;
  /** A trusted client may make so many times the errors and idle commands of a stranger. */
  trustedFactor: number;
}

export const SESSION_LIMITS: Readonly<SessionLimits> = {
  idleMs: 300_000,
  commandMs: 300_000,
  handshakeMs: 30_000,
  dataMs: 600_000,
  dataBytesPerSecond: 16 * 1024,
  errors: 20,
  idleCommands: 100,
  trustedFactor: 10,
};
