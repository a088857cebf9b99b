// What all sessions of this process share: the book, the way to who checks passwords, current settings, limits.
import type { Bus } from '@pochtar/bus';
import type { Logger, TlsContexts } from '@pochtar/runtime';
import type { ScramOffer } from '@pochtar/service';
import type { LiveSettings } from '@pochtar/settings';
import type { MessageRoom } from './ber/message-room.ts';
import type { Book } from './directory/book.ts';
import type { Photos } from './directory/photos.ts';
import type { Metrics } from './metrics.ts';
import type { Turnstile } from './search/turnstile.ts';
import type { BookNames } from './tree/names-below.ts';

/** Settings sections this service uses. */
export const sections = ['addressBook', 'accessEncryption', 'general', 'limits', 'network'] as const;
export type UsedSection = (typeof sections)[number];

export interface SessionTimes {
  /** From the connection to a log-in, for who needs one. */
  loginMs: number;
  /** Without a request. */
  idleMs: number;
  /** From the first octet of a message to its last. */
  messageMs: number;
  /** For a client to take what was sent. */
  stallMs: number;
  /** Before a refused log-in is answered; grows with each failure of a session. */
  refusalMs: number;
}

export const SESSION_TIMES: Readonly<SessionTimes> = {
  loginMs: 2 * 60_000,
  idleMs: 15 * 60_000,
  messageMs: 30_000,
  stallMs: 60_000,
  refusalMs: 1000,
};

export interface Server {
  book: Book;
  photos: Photos;
  bus: Bus;
  settings: Pick<LiveSettings<UsedSection>, 'current'>;
  tls: TlsContexts;
  /** Whether an address is the web mail's. */
  isWebmail: (address: string) => boolean;
  scram: Pick<ScramOffer, 'isOffered' | 'look'>;
  log: Logger;
  metrics: Metrics;
  times: SessionTimes;
  room: MessageRoom;
  names: BookNames;
  /** Of requests that came behind others. */
  turns: Turnstile;
}
