// How sessions were secured, counted for a report (RFC 8460 §4): gathered here and written every half minute. A process
// that is killed loses those of half a minute; what cannot be written waits, within a bound.
import type { Logger } from '@pochtar/runtime';
import type { Database } from '@pochtar/store/db';
import { addTlsSessions, type TlsSessionCount } from '@pochtar/store/trace';

export type TlsSession = Pick<TlsSessionCount, 'domain' | 'policy' | 'host' | 'result'>;

const MAX_KEYS = 5000;

export class TlsResults {
  #counts = new Map<string, TlsSessionCount>();

  note(session: TlsSession, now = new Date()): void {
    const day = now.toISOString().slice(0, 10);
    this.#add({ day, ...session, count: 1 });
  }

  async write(db: Database, log: Logger): Promise<void> {
    if (this.#counts.size === 0) return;
    const gathered = this.#counts;
    this.#counts = new Map();
    try {
      await addTlsSessions(db, [...gathered.values()]);
    } catch (error) {
      for (const count of gathered.values()) this.#add(count);
      log.warn({ err: error }, 'how sessions were secured is counted later');
    }
  }

  #add(count: TlsSessionCount): void {
    const { day, domain, policy, host, result } = count;
    const key = [day, domain, policy, host, result].join(' ');
    const known = this.#counts.get(key);
    if (known !== undefined) known.count += count.count;
    else if (this.#counts.size < MAX_KEYS) this.#counts.set(key, { ...count });
  }
}
