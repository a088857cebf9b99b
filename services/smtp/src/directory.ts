// What the directory says of our own names: what a login may send as, which domains are hosted here, and who reads the
// mail that nobody was named for.
import { KeptAnswers } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import { addressesOfAccount, localDomains, oldestAccount, oldestDomain } from '@pochtar/store/directory';

export class OwnDirectory {
  readonly #senders: KeptAnswers<number, ReadonlySet<string>>;
  readonly #domains: KeptAnswers<'all', ReadonlySet<string>>;
  readonly #oldestAccounts: KeptAnswers<string, string | null>;
  readonly #oldestDomain: KeptAnswers<'oldest', string | null>;

  constructor(db: Queryable) {
    this.#senders = new KeptAnswers(async (accountId) => new Set(await addressesOfAccount(db, accountId)));
    this.#domains = new KeptAnswers(async () => new Set(await localDomains(db)));
    this.#oldestAccounts = new KeptAnswers((domain) => oldestAccount(db, domain));
    this.#oldestDomain = new KeptAnswers(() => oldestDomain(db));
  }

  /** Address keys: the account's own and the aliases that lead to it alone. Empty when the account is gone. */
  senderAddresses(accountId: number): Promise<ReadonlySet<string>> {
    return this.#senders.of(accountId);
  }

  /** Domain keys of all that is hosted here. */
  domains(): Promise<ReadonlySet<string>> {
    return this.#domains.of('all');
  }

  /** Null while there is none. */
  oldestDomain(): Promise<string | null> {
    return this.#oldestDomain.of('oldest');
  }

  /** The address of the account that was made first: in this domain, or else in any. Disabled ones don't count. */
  oldestAccount(domain: string): Promise<string | null> {
    return this.#oldestAccounts.of(domain);
  }

  forget(): void {
    for (const kept of [this.#senders, this.#domains, this.#oldestAccounts, this.#oldestDomain])
      kept.forget();
  }
}
