// What all sessions of this process share: the ways to Postgres, blobs and bus, current settings, limits.
import { type Bus, mailboxChanged } from '@pochtar/bus';
import type { Logger, Semaphore, TlsContexts } from '@pochtar/runtime';
import type { BodyMemory, CurrentSettings, DiskSpace, LoginGuard, Scram } from '@pochtar/service';
import type { BlobStore } from '@pochtar/store/blob';
import type { Database } from '@pochtar/store/db';
import type { PasswordVerifier } from '@pochtar/store/directory';
import type { AppendMessages, MailboxChange, StoreFlags } from '@pochtar/store/mailbox';
import type { MailboxIndexes } from './mailbox-index/mailbox-indexes.ts';
import type { MailboxWatch } from './mailbox-watch.ts';
import type { Metrics } from './metrics.ts';

/** Settings sections this service uses. */
export const sections = ['network', 'accessEncryption', 'sending', 'general', 'limits', 'alerts'] as const;
export type UsedSection = (typeof sections)[number];

export interface SessionTimes {
  /** From the connection to the log-in. */
  loginMs: number;
  /** Without a command after log-in; RFC 9051 §5.4: at least 30 minutes. */
  idleMs: number;
  /** From the first octet of a command to its last line; between two parts of a message of APPEND. */
  commandMs: number;
  /** For a client to take what was sent. */
  stallMs: number;
  /** A session in IDLE wakes no more often. */
  wakeMs: number;
  /** Between two words to a client that waits for a long command. */
  progressMs: number;
  /** Before a refused log-in is answered; grows with each failure of a session. */
  refusalMs: number;
}

export const SESSION_TIMES: Readonly<SessionTimes> = {
  loginMs: 3 * 60_000,
  idleMs: 30 * 60_000,
  commandMs: 120_000,
  stallMs: 120_000,
  wakeMs: 100,
  progressMs: 10_000,
  refusalMs: 1000,
};

export interface Server {
  db: Database;
  blobs: BlobStore;
  bus: Bus;
  settings: CurrentSettings<UsedSection>;
  passwords: PasswordVerifier;
  guard: LoginGuard;
  scram: Scram;
  tls: TlsContexts;
  watch: MailboxWatch;
  indexes: MailboxIndexes;
  /** STOREs and APPENDs of all sessions share statements and commits. */
  storeFlags: StoreFlags;
  appendMessages: AppendMessages;
  disk: DiskSpace;
  /** For messages of APPEND that are kept in memory. */
  memory: BodyMemory;
  /** SORT and THREAD of large mailboxes hold what they sort. */
  sorting: Semaphore;
  spoolDirectory: string;
  /** Addresses of the bundled web mail, which reports whom it speaks for (RFC 2971). */
  isWebmail: (address: string) => boolean;
  log: Logger;
  metrics: Metrics;
  times: SessionTimes;
}

/** Tells other sessions that names, subscriptions or annotations of the account have changed. */
export function announceNames(server: Server, accountId: number): void {
  server.bus.emit(mailboxChanged(accountId), { mailboxes: [] });
}

/** Tells other sessions, after the commit. */
export function announce(server: Server, accountId: number, changes: readonly MailboxChange[]): void {
  if (changes.length === 0) return;
  const mailboxes = changes.map(({ mailboxId, modSeq }) => ({ id: mailboxId, modSeq }));
  server.bus.emit(mailboxChanged(accountId), { mailboxes });
}
