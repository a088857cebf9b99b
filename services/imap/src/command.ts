// What a command is: when it may be used, what runs it, and what it sees of its session. The session is given the
// table of them (commands.ts) and knows none by name, so that neither imports the other.
import type { Socket } from 'node:net';
import type { Logger, SocketInput, SocketOutput } from '@pochtar/runtime';
import type { LoggedIn } from '@pochtar/store/directory';
import type { Command } from './command-reader.ts';
import type { Reply } from './reply.ts';
import type { SelectedMailbox } from './selected-mailbox.ts';
import type { Server } from './server.ts';

/** RFC 9051 §3. */
export type State = 'notAuthenticated' | 'authenticated' | 'selected';

export type Extension = 'IMAP4REV2' | 'CONDSTORE' | 'QRESYNC' | 'UIDONLY' | 'UTF8=ACCEPT';

/** What tells by itself what NOTIFY asked for (RFC 5465). */
export interface SessionNotifier extends Disposable {
  /** Something may have changed. */
  hint(): void;
  /** The client itself has changed what these names ('' for the account) stand for, and is not told. */
  own(...names: string[]): void;
  readonly isPending: boolean;
  tell(isExpungeAllowed: boolean): Promise<void>;
  whileWaiting(ready: Promise<void>, tell: () => Promise<void>): Promise<void>;
}

/** The session as a command sees it. */
export interface Session {
  readonly server: Server;
  readonly input: SocketInput;
  readonly output: SocketOutput;
  readonly log: Logger;
  socket: Socket;
  isSecure: boolean;
  /** RFC 4978 */
  isCompressed: boolean;
  /** Whom the session speaks for: the web mail reports its user's address. */
  clientAddress: string;
  account: LoggedIn | null;
  /** Tells the listener that this is no stranger. */
  readonly known: () => void;
  readonly selected: SelectedMailbox | null;
  /** RFC 9051 §6.3.1: extensions the client has enabled. */
  readonly enabled: Set<Extension>;
  failedLogins: number;
  /** IDLE waits here for changes. */
  wake: (() => void) | null;
  /** IMAP4rev2 was enabled: names are UTF-8, nothing is \Recent. */
  readonly isRev2: boolean;
  /** Names and strings may be UTF-8 in quotes. */
  readonly isUtf8: boolean;
  /** The web mail's own address, where it has not said for whom it speaks. */
  readonly isShared: boolean;
  /** The account id, where a command can't run without one. */
  readonly accountId: number;
  /** Null: NOTIFY was never used. */
  notifier: SessionNotifier | null;
  /** After the current command nothing more is read. */
  logout(): void;
  /** Nothing may be selected. */
  select(mailbox: SelectedMailbox): void;
  deselect(): void;
  /** The selected mailbox has moved on, or is gone. */
  changed(): void;
  /** Throws the reason when the session was dismissed. */
  checkDismissed(): void;
}

/** Gives the tagged reply, or null when it has gone out already; throws `BadSyntax` for BAD. */
export type Run = (session: Session, command: Command) => Promise<Reply | null>;

export interface CommandDefinition {
  states: readonly State[];
  run: Run;
  /** Which changes of the selected mailbox are told before the tagged reply. */
  sync: 'all' | 'withoutExpunge' | 'none';
}

/** By name, in capitals. */
export type Commands = ReadonlyMap<string, CommandDefinition>;
