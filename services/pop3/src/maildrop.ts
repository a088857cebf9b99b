// The maildrop of one session: message numbers, sizes, and what is marked to be deleted. RFC 1939 §5: fixed from the
// log-in to the end, whatever other sessions do to INBOX meanwhile.
import type { Maildrop as Stored } from '@pochtar/store/mailbox';

/** A message of the maildrop that is not marked as deleted. */
export interface NumberedMessage {
  /** From 1. */
  number: number;
  uid: number;
  /**
   * Octets as they are sent, without what dot-stuffing adds. A stored message with bare LF, which no way in makes any
   * more, is longer by a CR for each when it is sent; RFC 1939 §11 lets a size differ by line ends.
   */
  size: number;
}

export class Maildrop {
  readonly mailboxId: number | null;
  readonly #uidValidity: number;
  readonly #uids: Uint32Array;
  readonly #sizes: Float64Array;
  readonly #deleted = new Set<number>();
  #deletedOctets = 0;
  readonly #octets: number;

  /** An account without INBOX has an empty maildrop. */
  constructor(stored: Stored | null) {
    this.mailboxId = stored?.mailboxId ?? null;
    this.#uidValidity = stored?.uidValidity ?? 0;
    this.#uids = stored?.uids ?? new Uint32Array();
    this.#sizes = stored?.sizes ?? new Float64Array();
    this.#octets = this.#sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Messages in all, the deleted ones included. */
  get total(): number {
    return this.#uids.length;
  }

  /** What is not deleted. */
  get count(): number {
    return this.#uids.length - this.#deleted.size;
  }

  get octets(): number {
    return this.#octets - this.#deletedOctets;
  }

  /** Null when there is no such message, or it is marked as deleted. */
  message(number: number): NumberedMessage | null {
    const uid = this.#uids[number - 1];
    if (uid === undefined || this.#deleted.has(number)) return null;
    return { number, uid, size: this.#sizes[number - 1] ?? 0 };
  }

  *messages(): Generator<NumberedMessage> {
    for (let number = 1; number <= this.#uids.length; number++) {
      const message = this.message(number);
      if (message !== null) yield message;
    }
  }

  /** Of `count` messages from this number on, deleted or not. */
  uidsFrom(number: number, count: number): number[] {
    return Array.from(this.#uids.subarray(number - 1, number - 1 + count));
  }

  isDeleted(number: number): boolean {
    return this.#deleted.has(number);
  }

  delete({ number, size }: NumberedMessage): void {
    this.#deleted.add(number);
    this.#deletedOctets += size;
  }

  /** RSET. */
  keepAll(): void {
    this.#deleted.clear();
    this.#deletedOctets = 0;
  }

  /** The UIDs of what is marked as deleted, ascending. */
  deletedUids(): number[] {
    const numbers = [...this.#deleted].toSorted((first, second) => first - second);
    return numbers.map((number) => this.#uids[number - 1] ?? 0);
  }

  /** RFC 1939 §7: 1 to 70 printable characters that no other message of this maildrop ever has. */
  uniqueId({ uid }: NumberedMessage): string {
    return `${this.#uidValidity}.${uid}`;
  }
}
