// What all sessions of this process share: the ways to Postgres, blobs and bus, current settings, limits.
import type { Bus } from '@pochtar/bus';
import type { Logger, TlsContexts } from '@pochtar/runtime';
import type { LoginGuard, Scram } from '@pochtar/service';
import type { LiveSettings } from '@pochtar/settings';
import type { BlobStore } from '@pochtar/store/blob';
import type { Database } from '@pochtar/store/db';
import type { PasswordVerifier } from '@pochtar/store/directory';
import type { Leases } from './leases.ts';
import type { Metrics } from './metrics.ts';

/** Settings sections this service uses. */
export const sections = ['network', 'accessEncryption', 'general', 'limits', 'retention'] as const;
export type UsedSection = (typeof sections)[number];

export interface SessionTimes {
  /** From the connection to the log-in. */
  loginMs: number;
  /** Without a command; RFC 1939 §3: at least 10 minutes. */
  idleMs: number;
  /** From the first octet of a command to its end. */
  commandMs: number;
  /** For a client to take what was sent. */
  stallMs: number;
  /** Before a refused log-in is answered; grows with each failure of a session. */
  refusalMs: number;
}

export const SESSION_TIMES: Readonly<SessionTimes> = {
  loginMs: 3 * 60_000,
  idleMs: 10 * 60_000,
  commandMs: 60_000,
  stallMs: 120_000,
  refusalMs: 1000,
};

export interface Server {
  db: Database;
  blobs: BlobStore;
  bus: Bus;
  settings: Pick<LiveSettings<UsedSection>, 'current'>;
  passwords: PasswordVerifier;
  guard: LoginGuard;
  scram: Scram;
  tls: TlsContexts;
  leases: Leases;
  log: Logger;
  metrics: Metrics;
  times: SessionTimes;
}
