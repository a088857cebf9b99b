// Tells sessions that their selected mailbox has changed: by the bus at once, and because the bus promises nothing,
// after each reconnect and every minute by one query for all of them.
import { type Bus, mailboxChanged } from '@pochtar/bus';
import type { Logger } from '@pochtar/runtime';
import { readModSeqs } from '@pochtar/store/mailbox';
import type { Queryable } from '@pochtar/store/db';

export interface Watcher {
  readonly accountId: number;
  /** 0: none at the moment. */
  readonly mailboxId: number;
  /** Up to where it knows its mailbox. */
  readonly modSeq: number;
  /** The mailbox has moved on, or is gone. */
  changed(): void;
}

const COMPARE_EVERY_MS = 60_000;
const IDS_A_QUERY = 1000;

interface WatchedAccount {
  watchers: Set<Watcher>;
  /** By mailbox, the highest MODSEQ that the bus told since somebody watches. */
  heard: Map<number, number>;
  subscription: { stop(): void };
}

export class MailboxWatch implements Disposable {
  readonly #bus: Bus;
  readonly #db: Queryable;
  readonly #log: Logger;
  readonly #accounts = new Map<number, WatchedAccount>();
  readonly #timer: NodeJS.Timeout;
  #comparing: Promise<void> | null = null;

  constructor(bus: Bus, db: Queryable, log: Logger, compareEveryMs = COMPARE_EVERY_MS) {
    this.#bus = bus;
    this.#db = db;
    this.#log = log;
    this.#timer = setInterval(() => void this.compare(), compareEveryMs).unref();
    bus.onReconnect(() => void this.compare());
  }

  get size(): number {
    let size = 0;
    for (const { watchers } of this.#accounts.values()) size += watchers.size;
    return size;
  }

  add(watcher: Watcher): void {
    let account = this.#accounts.get(watcher.accountId);
    if (account === undefined) {
      const watchers = new Set<Watcher>();
      const heard = new Map<number, number>();
      const subscription = this.#bus.subscribe(mailboxChanged(watcher.accountId), ({ mailboxes }) => {
        const modSeqs = new Map(mailboxes.map(({ id, modSeq }) => [id, modSeq]));
        for (const [id, modSeq] of modSeqs) heard.set(id, Math.max(modSeq, heard.get(id) ?? 0));
        for (const each of watchers) {
          if ((modSeqs.get(each.mailboxId) ?? 0) > each.modSeq) each.changed();
        }
      });
      account = { watchers, heard, subscription };
      this.#accounts.set(watcher.accountId, account);
    }
    account.watchers.add(watcher);
  }

  /** What the bus told of a mailbox since a time at which somebody watched its account already; null: nobody did. */
  heard(accountId: number, mailboxId: number): number | null {
    const account = this.#accounts.get(accountId);
    return account === undefined ? null : (account.heard.get(mailboxId) ?? 0);
  }

  remove(watcher: Watcher): void {
    const account = this.#accounts.get(watcher.accountId);
    if (!account?.watchers.delete(watcher) || account.watchers.size > 0) return;
    account.subscription.stop();
    this.#accounts.delete(watcher.accountId);
  }

  /** Compares the MODSEQ of every selected mailbox with what its sessions know. */
  compare(): Promise<void> {
    this.#comparing ??= this.#compare().finally(() => {
      this.#comparing = null;
    });
    return this.#comparing;
  }

  async #compare(): Promise<void> {
    const watchers = [...this.#accounts.values()].flatMap((account) => [...account.watchers]);
    const ids = [...new Set(watchers.map((watcher) => watcher.mailboxId))].filter((id) => id !== 0);
    try {
      for (let from = 0; from < ids.length; from += IDS_A_QUERY) {
        const asked = new Set(ids.slice(from, from + IDS_A_QUERY));
        const modSeqs = await readModSeqs(this.#db, [...asked]);
        for (const watcher of watchers) {
          if (!asked.has(watcher.mailboxId)) continue;
          const modSeq = modSeqs.get(watcher.mailboxId);
          if (modSeq === undefined || modSeq > watcher.modSeq) watcher.changed();
        }
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'selected mailboxes cannot be compared; trying again');
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const { subscription } of this.#accounts.values()) subscription.stop();
    this.#accounts.clear();
  }
}
