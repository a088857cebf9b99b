// Messages that are about to be fetched: a client that fetches one mostly fetches the next. Where their bytes are is asked for
// a few at once, and short ones are read together from the second on.
import {
  type BlobReference,
  type BlobStore,
  type BodyReads,
  JoinedReads,
  readTogether,
} from '@pochtar/store/blob';
import type { Queryable } from '@pochtar/store/db';
import { readStoredMessages, type StoredMessage } from '@pochtar/store/mailbox';
import type { Maildrop } from './maildrop.ts';

const MESSAGES_AHEAD = 32;
/** What another protocol removes is gone here, too, after this time. */
const KEEP_MS = 5000;

export class StoredAhead {
  #known: ReadonlyMap<number, StoredMessage> = new Map();
  #asked = new Set<number>();
  #until = 0;
  #reads: { reads: JoinedReads; last: number } | null = null;
  /** The message that was fetched last. */
  #number = 0;

  /** Null when the message is gone. */
  async of(db: Queryable, maildrop: Maildrop, number: number): Promise<StoredMessage | null> {
    const { mailboxId } = maildrop;
    const uid = maildrop.message(number)?.uid;
    if (mailboxId === null || uid === undefined) return null;
    if (!this.#asked.has(uid) || Date.now() > this.#until) {
      const uids = maildrop.uidsFrom(number, MESSAGES_AHEAD);
      const until = Date.now() + KEEP_MS;
      this.#known = await readStoredMessages(db, mailboxId, uids);
      this.#asked = new Set(uids);
      this.#until = until;
    }
    return this.#known.get(uid) ?? null;
  }

  /** How to read a message that `of` gave. What was read ahead is kept until it is passed. */
  readsOf(blobs: BlobStore, maildrop: Maildrop, number: number): BodyReads {
    const isNext = number === this.#number + 1;
    this.#number = number;
    if (this.#reads !== null && isNext && number <= this.#reads.last) {
      const { reads, last } = this.#reads;
      if (number === last) this.#reads = null;
      return reads;
    }
    this.#reads = null;
    if (!isNext || number === 1) return blobs;
    const following = maildrop
      .uidsFrom(number, MESSAGES_AHEAD)
      .map((uid) => this.#known.get(uid)?.stored.blob);
    const end = following.indexOf(undefined);
    const together = readTogether((end < 0 ? following : following.slice(0, end)) as BlobReference[]);
    const reads = new JoinedReads(blobs, together);
    if (together.length > 1) this.#reads = { reads, last: number + together.length - 1 };
    return reads;
  }
}
