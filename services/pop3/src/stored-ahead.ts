// Where the bytes of messages are, asked for a few at once: a client that fetches one message mostly fetches the next.
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
}
