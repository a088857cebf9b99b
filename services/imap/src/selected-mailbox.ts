// The mailbox a session has selected, as its client knows it: UIDs in the order of sequence numbers.
//
// The client's numbers change only when it is told: what was expunged stays here until EXPUNGE may be sent
// (RFC 9051 §7.5.1), and what is new joins at the end when EXISTS is sent.
import type { Mailbox } from '@pochtar/store/mailbox';
import { resolve, type SequenceSet } from './syntax/sequence-set.ts';

/** Names FLAGS shows from the start; others are added when they are met. */
const USUAL_KEYWORDS = ['$Forwarded', '$MDNSent', '$Junk', '$NotJunk', 'Junk', 'NonJunk', '$Important'];
const MAX_KEYWORDS_SHOWN = 500;

export class SelectedMailbox {
  readonly id: number;
  readonly name: string;
  readonly uidValidity: number;
  readonly isReadOnly: boolean;
  /** RFC 3501 §2.3.2: messages from here on are \Recent in this session. */
  readonly recentFrom: number;
  uidNext: number;
  /** Changes up to here are known. */
  modSeq: number;
  /** Something may have changed since. */
  isDirty = false;
  /** New messages came while it was selected; whoever selects it next must not see them as recent. */
  hasUnclaimedRecent = false;
  /** Keywords the client was told of, in lower case. */
  readonly keywords = new Map(USUAL_KEYWORDS.map((keyword) => [keyword.toLowerCase(), keyword]));
  /** MODSEQs of this session's own STOREs, which the client knows already. */
  readonly ownModSeqs = new Set<number>();
  /** Expunged, and not yet told. */
  readonly gone = new Set<number>();
  /** SEARCHRES (RFC 9051 §6.4.4.1): UIDs that `$` stands for. */
  savedUids: Uint32Array = new Uint32Array(0);
  #uids: Uint32Array;
  #count: number;

  constructor(mailbox: Mailbox, uids: Uint32Array, options: { isReadOnly: boolean; recentFrom: number }) {
    this.id = mailbox.id;
    this.name = mailbox.name;
    this.uidValidity = mailbox.uidValidity;
    this.uidNext = mailbox.uidNext;
    this.modSeq = mailbox.modSeq;
    this.isReadOnly = options.isReadOnly;
    this.recentFrom = options.recentFrom;
    this.#uids = uids;
    this.#count = uids.length;
  }

  /** EXISTS */
  get count(): number {
    return this.#count;
  }

  get uids(): Uint32Array {
    return this.#uids.subarray(0, this.#count);
  }

  /** At sequence number `index + 1`. */
  uidAt(index: number): number {
    return this.#uids[index] as number;
  }

  get largestUid(): number {
    return this.#count === 0 ? 0 : this.uidAt(this.#count - 1);
  }

  get recentCount(): number {
    return this.#count - this.lowerBound(this.recentFrom);
  }

  /** The first index whose UID is not below `uid`. */
  lowerBound(uid: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.uidAt(middle) < uid) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** -1 when the client does not know it. */
  indexOf(uid: number): number {
    const index = this.lowerBound(uid);
    return index < this.#count && this.uidAt(index) === uid ? index : -1;
  }

  /** Adds new UIDs, ascending, behind those that are known. */
  append(uids: readonly number[]): void {
    const needed = this.#count + uids.length;
    if (needed > this.#uids.length) {
      const grown = new Uint32Array(Math.max(needed, Math.ceil(this.#uids.length * 1.25) + 16));
      grown.set(this.uids);
      this.#uids = grown;
    }
    this.#uids.set(uids, this.#count);
    this.#count = needed;
  }

  /** Takes `gone` out; gives the sequence numbers in the order in which they are to be told, and the UIDs, ascending. */
  removeGone(): { numbers: number[]; uids: number[] } {
    const indexes = [...this.gone]
      .map((uid) => this.indexOf(uid))
      .filter((index) => index >= 0)
      // From the highest down, no number changes before it is told.
      .toSorted((a, b) => b - a);
    const uids = indexes.map((index) => this.uidAt(index)).toReversed();
    if (indexes.length > 0) {
      const gone = this.gone;
      const left = this.uids.filter((uid) => !gone.has(uid));
      this.savedUids = this.savedUids.filter((uid) => !gone.has(uid));
      this.#uids = left;
      this.#count = left.length;
    }
    this.gone.clear();
    return { numbers: indexes.map((index) => index + 1), uids };
  }

  /**
   * The UIDs of a set, ascending; null when it names a sequence number that does not exist, which is an error.
   * UIDs that do not exist are passed over (RFC 9051 §6.4.9).
   */
  uidsOf(set: SequenceSet | '$', isUid: boolean): Uint32Array | null {
    if (set === '$') return this.savedUids;
    // RFC 9051 §9 seq-range: `*` is the largest number in use; an empty mailbox has none.
    const largest = isUid ? this.largestUid : this.#count;
    // A range up to `*` ends with the last message, wherever it was thought to begin; others name what must exist.
    const isBeyond = !isUid && set.some(({ to }) => to !== Number.POSITIVE_INFINITY && to > this.#count);
    if (isBeyond) return null;
    if (this.#count === 0) return new Uint32Array(0);
    const pieces = resolve(set, largest).map(({ from, to }) =>
      isUid
        ? this.#uids.subarray(this.lowerBound(from), this.lowerBound(to + 1))
        : this.#uids.subarray(from - 1, Math.min(to, this.#count)),
    );
    const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const uids = new Uint32Array(total);
    let at = 0;
    for (const piece of pieces) {
      uids.set(piece, at);
      at += piece.length;
    }
    return uids;
  }

  /** Notes keywords; true when the client has to be told of a new one. */
  meetKeywords(keywords: string): boolean {
    if (keywords === '') return false;
    let isNew = false;
    for (const keyword of keywords.split(' ')) {
      if (this.keywords.has(keyword.toLowerCase()) || this.keywords.size >= MAX_KEYWORDS_SHOWN) continue;
      this.keywords.set(keyword.toLowerCase(), keyword);
      isNew = true;
    }
    return isNew;
  }
}
