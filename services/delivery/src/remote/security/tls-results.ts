// How sessions were secured, counted by day for a report (RFC 8460 §4).
import { type Logger, Tally } from '@pochtar/runtime';
import type { Database } from '@pochtar/store/db';
import { addTlsSessions, type TlsSessionCount } from '@pochtar/store/trace';

export type TlsSession = Pick<TlsSessionCount, 'domain' | 'policy' | 'host' | 'result'>;

const MAX_KEYS = 5000;

export class TlsResults implements AsyncDisposable {
  readonly #tally: Tally<TlsSessionCount>;

  constructor(db: Database, log: Logger) {
    this.#tally = new Tally({
      keyOf: ({ day, domain, policy, host, result }) => [day, domain, policy, host, result].join(' '),
      merge: (known, { count }) => {
        known.count += count;
      },
      write: (rows) => addTlsSessions(db, rows),
      ...{ maxRows: MAX_KEYS, what: 'how sessions were secured', log },
    });
  }

  note(session: TlsSession, now = new Date()): void {
    this.#tally.add({ day: now.toISOString().slice(0, 10), ...session, count: 1 });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#tally[Symbol.asyncDispose]();
  }
}
