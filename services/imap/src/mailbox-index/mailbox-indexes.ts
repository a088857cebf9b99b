// The indexes of mailboxes that this process keeps, for as many octets as it may: the one that was used longest ago goes first,
// selected or not. What has gone is read from the database again, by statements as by a new SELECT.
import type { Queryable } from '@pochtar/store/db';
import { type Changes, changesSince, type Mailbox } from '@pochtar/store/mailbox';
import { MailboxIndex, type OwnChange } from './mailbox-index.ts';
import { OCTETS_A_MESSAGE } from './message-table.ts';

const MAX_OCTETS = 128 * 1024 * 1024;
/** Mailboxes that turned out to be too large, and until when nobody tries again. */
const MAX_REFUSED = 1000;
const REFUSED_MS = 60_000;

interface Entry {
  index: MailboxIndex;
  /** As they were counted. */
  octets: number;
}

export class MailboxIndexes {
  readonly #db: Queryable;
  readonly #maxOctets: number;
  /** Oldest use first. */
  readonly #entries = new Map<number, Entry>();
  readonly #loading = new Map<number, Promise<MailboxIndex | null>>();
  readonly #refused = new Map<number, number>();
  #octets = 0;

  constructor(db: Queryable, maxOctets = MAX_OCTETS) {
    this.#db = db;
    this.#maxOctets = maxOctets;
  }

  /** Of all of them together. */
  get octets(): number {
    return this.#octets;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The index, if it is there. */
  peek(mailboxId: number): MailboxIndex | null {
    const entry = this.#entries.get(mailboxId);
    if (entry === undefined) return null;
    this.#entries.delete(mailboxId);
    this.#entries.set(mailboxId, entry);
    return entry.index;
  }

  /** The index, not older than `mailbox`; null when the mailbox is gone or too large for one. */
  async open(mailbox: Mailbox): Promise<MailboxIndex | null> {
    const index = this.peek(mailbox.id) ?? (await this.#load(mailbox));
    if (index !== null && index.modSeq < mailbox.modSeq) await this.#refresh(index);
    return index === null || index.isGone ? null : index;
  }

  /** The index, if it is there, not older than MODSEQ `known`. */
  async current(mailboxId: number, known: number): Promise<MailboxIndex | null> {
    const index = this.peek(mailboxId);
    if (index !== null && index.modSeq < known) await this.#refresh(index);
    return index === null || index.isGone ? null : index;
  }

  /** The index, if it is there, with all that was committed when it was asked for. */
  async fresh(mailboxId: number): Promise<MailboxIndex | null> {
    return this.current(mailboxId, Number.POSITIVE_INFINITY);
  }

  /** As `changesSince` of the store, mostly from memory; null when the mailbox is gone. */
  async changesSince(mailboxId: number, since: number): Promise<Changes | null> {
    const index = this.peek(mailboxId);
    if (index === null) return changesSince(this.#db, mailboxId, since);
    await this.#refresh(index);
    if (index.isGone) return null;
    return index.changesSince(since) ?? changesSince(this.#db, mailboxId, since);
  }

  /** A change that this process has committed. */
  apply(mailboxId: number, change: OwnChange): void {
    const index = this.#entries.get(mailboxId)?.index;
    if (index === undefined) return;
    index.apply(change);
    this.#count(index);
  }

  async #refresh(index: MailboxIndex): Promise<void> {
    await index.refresh();
    this.#count(index);
  }

  #load(mailbox: Mailbox): Promise<MailboxIndex | null> {
    const { id, exists } = mailbox;
    const most = this.#maxOctets / 2;
    if (exists * OCTETS_A_MESSAGE > most || (this.#refused.get(id) ?? 0) > Date.now())
      return Promise.resolve(null);
    const known = this.#loading.get(id);
    if (known !== undefined) return known;
    const loading = MailboxIndex.load(this.#db, mailbox, most)
      .then((index) => {
        if (index === null) this.#refuse(id);
        else {
          this.#entries.set(id, { index, octets: 0 });
          this.#count(index);
        }
        return index;
      })
      .finally(() => this.#loading.delete(id));
    this.#loading.set(id, loading);
    return loading;
  }

  #refuse(id: number): void {
    this.#refused.delete(id);
    if (this.#refused.size >= MAX_REFUSED) this.#refused.delete(this.#refused.keys().next().value as number);
    this.#refused.set(id, Date.now() + REFUSED_MS);
  }

  /** Counts an index anew, and lets go what is too much. */
  #count(index: MailboxIndex): void {
    const { id } = index.mailbox;
    const entry = this.#entries.get(id);
    if (entry?.index !== index) return;
    this.#octets += index.octets - entry.octets;
    entry.octets = index.octets;
    if (index.isGone || entry.octets > this.#maxOctets / 2) this.#drop(id, entry);
    for (const [oldest, each] of this.#entries) {
      if (this.#octets <= this.#maxOctets) return;
      this.#drop(oldest, each);
    }
  }

  #drop(id: number, { octets }: Entry): void {
    this.#entries.delete(id);
    this.#octets -= octets;
  }
}
