// What an operation is, and what it sees of its session. The session is given the table of them (operations.ts) and knows
// none by itself, so that neither imports the other.
import type { Socket } from 'node:net';
import type { Logger, Semaphore, SocketInput, SocketOutput } from '@pochtar/runtime';
import type { ScramMechanism } from '@pochtar/service';
import type { Control } from './protocol/message.ts';
import type { Request } from './protocol/request.ts';
import type { ExtendedValue, FoundEntry } from './protocol/response.ts';
import type { Result } from './protocol/result.ts';
import type { Server } from './server.ts';

/** Who has logged in. */
export interface BoundPerson {
  readonly address: string;
  readonly domain: string;
  readonly epoch: number;
  /** `Date.now()` of the log-in. */
  readonly since: number;
}

/** A SASL bind that goes on with the next request. */
export interface SaslExchange {
  readonly mechanism: ScramMechanism;
  /** RFC 5802 §7: client-first-message. */
  readonly clientFirst: string;
  /** The server's part of the nonce. */
  readonly nonce: string;
}

/** Who looks at the book, and from where: all that a search asks of its session. */
export interface SearchSession {
  readonly server: Server;
  readonly clientAddress: string;
  /** It is the web mail that asks, for its users (`network.webmailAddresses`). */
  readonly isWebmail: boolean;
  readonly isSecure: boolean;
  readonly socket: Socket;
  readonly person: BoundPerson | null;
  /** It holds photos for one of its operations at a time, however many run. */
  readonly photoTurn: Semaphore;
}

/** The session as an operation sees it. */
export interface Session extends SearchSession {
  readonly input: SocketInput;
  readonly output: SocketOutput;
  readonly log: Logger;
  /** Tells the listener that this is no stranger. */
  readonly known: () => void;
  failedLogins: number;
  person: BoundPerson | null;
  exchange: SaslExchange | null;
  /** Takes back an operation under way; whether there was one. */
  abandon(messageId: number, isAnswered: boolean): boolean;
  /** Goes on inside TLS, as nobody. */
  secured(socket: Socket): void;
}

/** Looked at now and then: nobody has to be told. */
export interface Signal {
  /** The client has taken the operation back, or has gone. */
  readonly aborted: boolean;
}

export interface Operation {
  readonly messageId: number;
  readonly controls: readonly Control[];
  readonly signal: Signal;
  /** Sends an entry that was found. Awaiting `flush` is the back-pressure. */
  send(entry: FoundEntry): void;
  /** How many were. */
  readonly sentEntries: number;
  readonly isFull: boolean;
  flush(): Promise<void>;
}

export interface Outcome {
  readonly result: Result;
  readonly controls?: readonly Control[];
  /** Of extended operations. */
  readonly extended?: ExtendedValue;
  /** RFC 4511 §4.2.2: serverSaslCreds, of a bind. */
  readonly serverCredentials?: string;
  /** After it nothing more is read. */
  readonly isLast?: boolean;
  /** What follows when the answer has been sent. */
  readonly afterwards?: () => Promise<void>;
}

export type Run<Kind extends Request['kind'], Of = Session> = (
  session: Of,
  request: Extract<Request, { kind: Kind }>,
  operation: Operation,
) => Promise<Outcome> | Outcome;

export interface Operations {
  readonly bind: Run<'bind'>;
  readonly search: Run<'search', SearchSession>;
  readonly compare: Run<'compare'>;
  readonly extended: Run<'extended'>;
}
