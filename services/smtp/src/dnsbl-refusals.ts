// Who was refused because of a black list of the DNS, gathered: what a list refused that turned out faulty can be undone. Written
// by one statement in some seconds; what a killed process had not yet written is lost.
import { type Address, cleanText, formatAddress } from '@pochtar/mail';
import type { Logger } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import { type DnsblRefusal, recordDnsblRefusals } from '@pochtar/store/lists';

const EVERY_MS = 3000;
/** Clients that are remembered between two writings, or while the database is away; more are not told apart. */
const MAX_CLIENTS = 10_000;
const MAX_ADDRESS = 400;

export interface RefusedByZone {
  zone: string;
  reversePath: Address | null;
  recipient: string;
}

export class DnsblRefusals implements AsyncDisposable {
  readonly #db: Queryable;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #gathered = new Map<string, DnsblRefusal>();
  #writing: Promise<void> = Promise.resolve();

  constructor(db: Queryable, log: Logger) {
    this.#db = db;
    this.#log = log;
    this.#timer = setInterval(() => {
      this.#writing = this.#writing.then(() => this.#write());
    }, EVERY_MS).unref();
  }

  note(clientAddress: string, { zone, reversePath, recipient }: RefusedByZone): void {
    const at = new Date();
    this.#add({
      ...{ zone, clientAddress: clientAddress.replace(/%.*$/s, ''), firstAt: at, lastAt: at, count: 1 },
      reversePath: reversePath === null ? '' : cleanText(formatAddress(reversePath)).slice(0, MAX_ADDRESS),
      recipient: cleanText(recipient).slice(0, MAX_ADDRESS),
    });
  }

  #add(refusal: DnsblRefusal): void {
    const key = `${refusal.zone} ${refusal.clientAddress}`;
    const known = this.#gathered.get(key);
    if (known === undefined) {
      if (this.#gathered.size < MAX_CLIENTS) this.#gathered.set(key, refusal);
      return;
    }
    known.count += refusal.count;
    if (refusal.firstAt < known.firstAt) known.firstAt = refusal.firstAt;
    if (refusal.lastAt > known.lastAt) known.lastAt = refusal.lastAt;
  }

  async #write(): Promise<void> {
    const gathered = this.#gathered;
    this.#gathered = new Map();
    try {
      await recordDnsblRefusals(this.#db, [...gathered.values()]);
    } catch (error) {
      this.#log.warn({ err: error }, 'refusals of black lists could not be written yet');
      for (const refusal of gathered.values()) this.#add(refusal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    await this.#write();
  }
}
