// Who was refused because of a black list of the DNS: what a list refused that turned out faulty can be undone.
import { type Address, cleanText, formatAddress } from '@pochtar/mail';
import { type Logger, Tally } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import { type DnsblRefusal, recordDnsblRefusals } from '@pochtar/store/lists';

const MAX_CLIENTS = 10_000;
const MAX_ADDRESS = 400;

export interface RefusedByZone {
  zone: string;
  reversePath: Address | null;
  recipient: string;
}

export class DnsblRefusals implements AsyncDisposable {
  readonly #tally: Tally<DnsblRefusal>;

  constructor(db: Queryable, log: Logger) {
    this.#tally = new Tally({
      keyOf: ({ zone, clientAddress }) => `${zone} ${clientAddress}`,
      merge: (known, { count, firstAt, lastAt }) => {
        known.count += count;
        if (firstAt < known.firstAt) known.firstAt = firstAt;
        if (lastAt > known.lastAt) known.lastAt = lastAt;
      },
      write: (rows) => recordDnsblRefusals(db, rows),
      ...{ maxRows: MAX_CLIENTS, what: 'refusals of black lists', log },
    });
  }

  note(clientAddress: string, { zone, reversePath, recipient }: RefusedByZone): void {
    const at = new Date();
    this.#tally.add({
      ...{ zone, clientAddress: clientAddress.replace(/%.*$/s, ''), firstAt: at, lastAt: at, count: 1 },
      reversePath: reversePath === null ? '' : cleanText(formatAddress(reversePath)).slice(0, MAX_ADDRESS),
      recipient: cleanText(recipient).slice(0, MAX_ADDRESS),
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#tally[Symbol.asyncDispose]();
  }
}
