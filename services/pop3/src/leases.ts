// The maildrop leases of this process's sessions, renewed together while they live. A session that lost its lease to
// another one (this process was frozen, or cut off from Postgres for longer than a lease) ends and deletes nothing.
import type { Logger } from '@pochtar/runtime';
import type { Database } from '@pochtar/store/db';
import { endLease, LEASE_SECONDS, type MaildropLease, renewLeases, takeLease } from '@pochtar/store/mailbox';

const RENEW_EVERY_MS = (LEASE_SECONDS * 1000) / 3;

export class Leases implements AsyncDisposable {
  readonly #db: Database;
  readonly #log: Logger;
  readonly #held = new Map<MaildropLease, () => void>();
  readonly #timer: NodeJS.Timeout;
  #renewing: Promise<void> | null = null;

  constructor(db: Database, log: Logger) {
    this.#db = db;
    this.#log = log;
    this.#timer = setInterval(() => {
      this.#renewing ??= this.#renewAll().finally(() => {
        this.#renewing = null;
      });
    }, RENEW_EVERY_MS).unref();
  }

  /** The lease of an account's maildrop, or null when another session has it. `onLost` is called when it is lost. */
  async take(accountId: number, onLost: () => void): Promise<MaildropLease | null> {
    const lease = { accountId, holder: crypto.randomUUID() };
    if (!(await takeLease(this.#db, lease))) return null;
    this.#held.set(lease, onLost);
    return lease;
  }

  /** Whether the lease is still ours, and is from now on for its whole length. */
  async renew(lease: MaildropLease): Promise<boolean> {
    return (await renewLeases(this.#db, [lease])).has(lease.holder);
  }

  /** Never throws: a lease that cannot be given back ends by itself. */
  async end(lease: MaildropLease): Promise<void> {
    this.#held.delete(lease);
    try {
      await endLease(this.#db, lease);
    } catch (error) {
      this.#log.warn(
        { err: error, account: lease.accountId },
        'a maildrop stays locked until its lease ends',
      );
    }
  }

  async #renewAll(): Promise<void> {
    const leases = [...this.#held.keys()];
    if (leases.length === 0) return;
    try {
      const ours = await renewLeases(this.#db, leases);
      for (const lease of leases) if (!ours.has(lease.holder)) this.#lost(lease);
    } catch (error) {
      this.#log.warn({ err: error }, 'leases of maildrops could not be renewed; trying again');
    }
  }

  #lost(lease: MaildropLease): void {
    const onLost = this.#held.get(lease);
    // Given back while the renewal was under way.
    if (onLost === undefined) return;
    this.#held.delete(lease);
    this.#log.warn({ account: lease.accountId }, 'the maildrop was taken by another session');
    onLost();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
    await Promise.all([...this.#held.keys()].map((lease) => this.end(lease)));
  }
}
