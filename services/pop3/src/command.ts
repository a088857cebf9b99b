// What a command is: when it may be given, what runs it, and what it sees of its session. The session is given the
// table of them (commands.ts) and knows none by name, so that neither imports the other.
import type { Socket } from 'node:net';
import type { Logger, SocketInput, SocketOutput } from '@pochtar/runtime';
import type { LoggedIn } from '@pochtar/store/directory';
import type { MaildropLease } from '@pochtar/store/mailbox';
import type { Language } from './languages.ts';
import type { Maildrop } from './maildrop.ts';
import type { Reply } from './reply.ts';
import type { Server } from './server.ts';
import type { StoredAhead } from './stored-ahead.ts';

/** RFC 1939 §3. */
export type State = 'authorization' | 'transaction';

/** The session as a command sees it. */
export interface Session {
  readonly server: Server;
  readonly input: SocketInput;
  readonly output: SocketOutput;
  readonly log: Logger;
  readonly clientAddress: string;
  readonly socket: Socket;
  readonly isSecure: boolean;
  /** RFC 6856 §2.1: headers in UTF-8 are sent as they are. */
  isUtf8: boolean;
  /** RFC 6856 §3 */
  language: Language;
  /** Named by USER, until PASS. */
  userName: string | null;
  failedLogins: number;
  /** Set by the log-in: the TRANSACTION state. */
  maildrop: Maildrop | null;
  readonly ahead: StoredAhead;
  lease: MaildropLease | null;
  account: LoggedIn | null;
  /** Tells the listener that this is no stranger. */
  readonly known: () => void;
  /** The maildrop, where a command can't run without one. */
  readonly openMaildrop: Maildrop;
  /** Others may have the maildrop from now on. */
  unlock(): Promise<void>;
  /** After the current command nothing more is read. */
  leave(): void;
  /** Ends the session from outside, after the command under way. POP3 has no words for it, and nothing is deleted. */
  dismiss(why: string): void;
  /** Goes on inside TLS. RFC 2595 §4: what was said before does not count. */
  secured(socket: Socket): void;
}

/** `argument` is what follows the keyword and one space; '' when there is nothing. Null: the command has answered. */
export type Run = (session: Session, argument: string) => Promise<Reply | null> | Reply;

export interface Definition {
  states: readonly State[];
  run: Run;
}

/** By keyword in upper case. */
export type Commands = ReadonlyMap<string, Definition>;
