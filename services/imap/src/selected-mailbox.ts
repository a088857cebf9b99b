// The mailbox a session has selected, as its client knows it: UIDs in the order of sequence numbers.
//
// The client's numbers change only when it is told: what was expunged stays here until EXPUNGE may be sent
// (RFC 9051 §7.5.1), and what is new joins at the end when EXISTS is sent.
import type { Mailbox } from '@pochtar/store/mailbox';
import { isWithin, type NumberRange, resolve, type SequenceSet } from './syntax/sequence-set.ts';

/** Names FLAGS shows from the start; others are added when they are met. */
const USUAL_KEYWORDS = ['$Forwarded', '$MDNSent', '$Junk', '$NotJunk', 'Junk', 'NonJunk', '$Important'];
const MAX_KEYWORDS_SHOWN = 500;

export class SelectedMailbox {
  readonly id: number;
  readonly name: string;
  readonly uidValidity: number;
  readonly isReadOnly: boolean;
  uidNext: number;
  /** Changes up to here are known. */
  modSeq: number;
  /** Something may have changed since. */
  isDirty = false;
  /** Keywords the client was told of, in lower case. */
  readonly keywords = new Map(USUAL_KEYWORDS.map((keyword) => [keyword.toLowerCase(), keyword]));
  /** MODSEQs of this session's own STOREs, which the client knows already. */
  readonly ownModSeqs = new Set<number>();
  /** Expunged, and not yet told: UID, and the MODSEQ at which it went. */
  readonly gone = new Map<number, number>();
  /** SEARCHRES (RFC 9051 §6.4.4.1): UIDs that `$` stands for. */
  savedUids: Uint32Array = new Uint32Array(0);
  /** Shared with others while they know the same, so it is never written to. */
  #uids: Uint32Array;
  #count: number;
  /** RFC 3501 §2.3.2: what is \Recent in this session; UIDs, ascending and apart. */
  readonly #recent: NumberRange[] = [];
  /** The highest MODSEQ that FETCH or SEARCH told of this mailbox. */
  #toldModSeq = 0;

  constructor(mailbox: Mailbox, uids: Uint32Array, options: { isReadOnly: boolean; recentFrom: number }) {
    this.id = mailbox.id;
    this.name = mailbox.name;
    this.uidValidity = mailbox.uidValidity;
    this.uidNext = mailbox.uidNext;
    this.modSeq = mailbox.modSeq;
    this.isReadOnly = options.isReadOnly;
    this.#uids = uids;
    this.#count = uids.length;
    this.addRecent(options.recentFrom, mailbox.uidNext - 1);
    for (const keyword of mailbox.usedKeywords) this.meetKeywords(keyword);
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
    return this.#recent.reduce(
      (sum, { from, to }) => sum + this.lowerBound(to + 1) - this.lowerBound(from),
      0,
    );
  }

  /** UIDs that lie above all that were added before. */
  addRecent(from: number, to: number): void {
    if (from > to) return;
    const last = this.#recent.at(-1);
    if (last?.to === from - 1) last.to = to;
    else this.#recent.push({ from, to });
  }

  isRecent(uid: number): boolean {
    return isWithin(this.#recent, uid);
  }

  /** A change of this session: known when nothing else happened before it, otherwise not to be told twice. */
  noteOwn(modSeq: number): void {
    if (modSeq === this.modSeq + 1) this.modSeq = modSeq;
    else {
      this.ownModSeqs.add(modSeq);
      this.isDirty = true;
    }
  }

  /** A MODSEQ goes to the client. One that lies beyond what is known asks for a look at what came before it. */
  noteTold(modSeq: number): void {
    if (modSeq > this.modSeq) this.isDirty = true;
    if (modSeq > this.#toldModSeq) this.#toldModSeq = modSeq;
  }

  /** All changes up to this MODSEQ have been told, expunges too. */
  get wholeModSeq(): number {
    let lowest = this.modSeq + 1;
    for (const modSeq of this.gone.values()) if (modSeq < lowest) lowest = modSeq;
    return lowest - 1;
  }

  /**
   * RFC 7162 §3.2, §6: the MODSEQ a client may resume from when it was told of a higher one while something below
   * that, as an EXPUNGE that has to wait, was not; null when the highest it was told is right.
   */
  get resumeModSeq(): number | null {
    if (this.#toldModSeq <= this.modSeq && this.gone.size === 0) return null;
    const whole = this.wholeModSeq;
    return this.#toldModSeq > whole ? whole : null;
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

  /** -1 when the client does not know it. Fast where it is at `hint`. */
  indexOf(uid: number, hint = 0): number {
    if (hint >= 0 && hint < this.#count && this.#uids[hint] === uid) return hint;
    const index = this.lowerBound(uid);
    return index < this.#count && this.uidAt(index) === uid ? index : -1;
  }

  /** Adds new UIDs, ascending, behind those that are known. */
  append(uids: readonly number[]): void {
    const grown = new Uint32Array(this.#count + uids.length);
    grown.set(this.uids);
    grown.set(uids, this.#count);
    this.#uids = grown;
    this.#count = grown.length;
  }

  /** Takes over an array that begins with what is known here, instead of one of its own. */
  share(uids: Uint32Array | undefined): void {
    if (uids === undefined || uids.buffer === this.#uids.buffer || uids.length < this.#count) return;
    if (Buffer.compare(octetsOf(uids.subarray(0, this.#count)), octetsOf(this.uids)) === 0) this.#uids = uids;
  }

  /** Takes `gone` out; gives the sequence numbers in the order in which they are to be told, and the UIDs, ascending. */
  removeGone(): { numbers: number[]; uids: number[] } {
    const { gone } = this;
    const [numbers, uids]: [number[], number[]] = [[], []];
    if (gone.size > 0) {
      const left = new Uint32Array(this.#count);
      let count = 0;
      for (let index = 0; index < this.#count; index++) {
        const uid = this.uidAt(index);
        if (!gone.has(uid)) left[count++] = uid;
        else {
          numbers.push(index + 1);
          uids.push(uid);
        }
      }
      this.savedUids = this.savedUids.filter((uid) => !gone.has(uid));
      this.#uids = left;
      this.#count = count;
      gone.clear();
    }
    // From the highest down, no number changes before it is told.
    return { numbers: numbers.toReversed(), uids };
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
    const spans = resolve(set, largest).map(({ from, to }) =>
      isUid
        ? { first: this.lowerBound(from), end: this.lowerBound(to + 1) }
        : { first: from - 1, end: Math.min(to, this.#count) },
    );
    const uids = new Uint32Array(spans.reduce((sum, { first, end }) => sum + end - first, 0));
    let at = 0;
    for (const { first, end } of spans) {
      for (let index = first; index < end; index++) uids[at++] = this.uidAt(index);
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

function octetsOf({ buffer, byteOffset, byteLength }: Uint32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
