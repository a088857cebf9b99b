// The addresses a login may send as, kept for seconds and forgotten when the directory changes.
import type { Queryable } from '@pochtar/store/db';
import { addressesOfAccount } from '@pochtar/store/directory';

const KEEP_MS = 5000;
const MAX_KEPT = 10_000;

interface Kept {
  until: number;
  addresses: Promise<ReadonlySet<string>>;
}

export class SenderAddresses {
  readonly #db: Queryable;
  readonly #kept = new Map<number, Kept>();

  constructor(db: Queryable) {
    this.#db = db;
  }

  /** Address keys: the account's own and the aliases that lead to it alone. Empty when the account is gone. */
  of(accountId: number): Promise<ReadonlySet<string>> {
    const known = this.#kept.get(accountId);
    if (known !== undefined && known.until > Date.now()) return known.addresses;
    const addresses = addressesOfAccount(this.#db, accountId).then((keys) => new Set(keys));
    const entry = { until: Date.now() + KEEP_MS, addresses };
    if (this.#kept.size >= MAX_KEPT) this.#kept.delete(this.#kept.keys().next().value as number);
    this.#kept.set(accountId, entry);
    // A failure is nobody's answer but the asker's.
    addresses.catch(() => {
      if (this.#kept.get(accountId) === entry) this.#kept.delete(accountId);
    });
    return addresses;
  }

  forget(): void {
    this.#kept.clear();
  }
}
