// The messages of a mailbox as columns of numbers, by ascending UID: some 65 octets a message, whatever it is.
//
// The array of UIDs is shared with the sessions that see the same messages: it grows in place behind what they know of it,
// and is made anew when a message goes.
import type { StoredBody } from '@pochtar/store/content';
import type { Location, MessageColumns } from '@pochtar/store/mailbox';

/** Octets a message in all columns. */
export const OCTETS_A_MESSAGE = 4 + 1 + 4 + 8 + 8 + 8 + 16 + 4 + 8 + 4;
/** Of an entry of the table of keyword sets, beside its text. */
const SET_OVERHEAD = 100;
/** Of what verdicts edited so many octets are kept, and so many beside each edit. */
const MAX_EDIT_OCTETS = 1024 * 1024;
const EDIT_OVERHEAD = 200;
/** Of a body that is not known, and of one that has edits. */
const [UNKNOWN, EDITED] = [0, 1];

export class MessageTable {
  count = 0;
  #uids = new Uint32Array(0);
  #flags = new Uint8Array(0);
  #keywordSets = new Uint32Array(0);
  #modSeqs = new Float64Array(0);
  #dates = new Float64Array(0);
  #sizes = new Float64Array(0);
  #contentIds = new Uint8Array(0);
  /** Where bodies lie: numbers of packs, or what is said of them instead; read when they are asked for. */
  #packs = new Uint32Array(0);
  #offsets = new Float64Array(0);
  #headerLengths = new Uint32Array(0);
  readonly #packIds: string[] = ['', ''];
  readonly #packNumbers = new Map<string, number>();
  /** By UID, of those whose header verdicts have edited. */
  readonly #edited = new Map<number, StoredBody>();
  #editOctets = 0;
  /** Sets of keywords, blanks between them, by number; 0 is none. */
  readonly #sets: string[] = [''];
  readonly #numbers = new Map<string, number>([['', 0]]);
  #setOctets = 0;

  get octets(): number {
    const packs = this.#packIds.length * SET_OVERHEAD;
    return this.#uids.length * OCTETS_A_MESSAGE + this.#setOctets + this.#editOctets + packs;
  }

  /** Ascending; nobody may write to it. */
  get uids(): Uint32Array {
    return this.#uids.subarray(0, this.count);
  }

  get largestUid(): number {
    return this.count === 0 ? 0 : (this.#uids[this.count - 1] as number);
  }

  /** -1 when there is no such message. Fast where the one asked for before was the one before `hint`. */
  find(uid: number, hint = 0): number {
    if (hint < this.count && this.#uids[hint] === uid) return hint;
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#uids[middle] as number) < uid) low = middle + 1;
      else high = middle;
    }
    return low < this.count && this.#uids[low] === uid ? low : -1;
  }

  uidAt(at: number): number {
    return this.#uids[at] as number;
  }

  flagsAt(at: number): number {
    return this.#flags[at] as number;
  }

  keywordsAt(at: number): string {
    return this.#sets[this.#keywordSets[at] as number] as string;
  }

  modSeqAt(at: number): number {
    return this.#modSeqs[at] as number;
  }

  /** Milliseconds since 1970. */
  dateAt(at: number): number {
    return this.#dates[at] as number;
  }

  sizeAt(at: number): number {
    return this.#sizes[at] as number;
  }

  contentIdAt(at: number): string {
    const hex = Buffer.from(this.#contentIds.buffer, this.#contentIds.byteOffset + 16 * at, 16).toString(
      'hex',
    );
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** Where the body is, when that is known. */
  bodyAt(at: number): { stored: StoredBody; headerLength: number } | null {
    const pack = this.#packs[at] as number;
    if (pack === UNKNOWN) return null;
    const headerLength = this.#headerLengths[at] as number;
    if (pack === EDITED) return { stored: this.#edited.get(this.uidAt(at)) as StoredBody, headerLength };
    const blob = {
      packId: this.#packIds[pack] as string,
      offset: this.#offsets[at] as number,
      // Without edits the message is as long as its body.
      length: this.sizeAt(at),
    };
    return { stored: { blob, prefix: null, removed: null }, headerLength };
  }

  setBody(at: number, { packId, offset, length, headerLength, prefix, removed }: Location): void {
    this.#headerLengths[at] = headerLength;
    if (prefix === null && removed === null && length === this.sizeAt(at)) {
      this.#packs[at] = this.#packOf(packId);
      this.#offsets[at] = offset;
      return;
    }
    this.#packs[at] = EDITED;
    this.#edited.set(this.uidAt(at), { blob: { packId, offset, length }, prefix, removed });
    this.#editOctets += EDIT_OVERHEAD + (prefix?.length ?? 0) + 8 * (removed?.length ?? 0);
  }

  /** Before more is learnt of bodies: what is kept of edits has a bound. */
  makeRoomForBodies(): void {
    if (this.#editOctets > MAX_EDIT_OCTETS) this.forgetBodies();
  }

  /** It is no longer known where bodies are. */
  forgetBodies(): void {
    this.#packs.fill(UNKNOWN);
    this.#edited.clear();
    this.#editOctets = 0;
  }

  #packOf(packId: string): number {
    const known = this.#packNumbers.get(packId);
    if (known !== undefined) return known;
    const number = this.#packIds.push(packId) - 1;
    this.#packNumbers.set(packId, number);
    return number;
  }

  /** The first message without these flags; -1: all have them. */
  firstWithout(flags: number): number {
    for (let at = 0; at < this.count; at++) if (((this.#flags[at] as number) & flags) !== flags) return at;
    return -1;
  }

  setFlags(at: number, flags: number, keywords: string, modSeq: number): void {
    this.#flags[at] = flags;
    this.#keywordSets[at] = this.#setOf(keywords);
    this.#modSeqs[at] = modSeq;
  }

  /** Those of `columns` whose UIDs lie behind all that are here and below `uidNext`. */
  append(columns: MessageColumns, uidNext: number): void {
    let [from, end] = [0, columns.count];
    while (from < end && (columns.uids[from] as number) <= this.largestUid) from++;
    while (end > from && (columns.uids[end - 1] as number) >= uidNext) end--;
    this.#reserve(this.count + end - from);
    const at = this.count;
    this.#uids.set(columns.uids.subarray(from, end), at);
    this.#flags.set(columns.flags.subarray(from, end), at);
    this.#modSeqs.set(columns.modSeqs.subarray(from, end), at);
    this.#dates.set(columns.internalDates.subarray(from, end), at);
    this.#sizes.set(columns.sizes.subarray(from, end), at);
    this.#contentIds.set(columns.contentIds.subarray(16 * from, 16 * end), 16 * at);
    this.#keywordSets.fill(0, at, at + end - from);
    this.#packs.fill(UNKNOWN, at, at + end - from);
    for (const [place, keywords] of columns.keywords) {
      if (place >= from && place < end) this.#keywordSets[at + place - from] = this.#setOf(keywords);
    }
    this.count = at + end - from;
  }

  /** Takes messages out; UIDs that are not here are passed over. */
  remove(uids: Iterable<number>): void {
    const gone = new Set<number>();
    for (const uid of uids) if (this.find(uid) >= 0) gone.add(uid);
    if (gone.size === 0) return;
    const left = new Uint32Array(this.#uids.length);
    let count = 0;
    for (let at = 0; at < this.count; at++) {
      const uid = this.#uids[at] as number;
      if (gone.has(uid)) {
        this.#edited.delete(uid);
        continue;
      }
      left[count] = uid;
      if (count !== at) this.#move(at, count);
      count++;
    }
    this.#uids = left;
    this.count = count;
  }

  #move(from: number, to: number): void {
    this.#flags[to] = this.#flags[from] as number;
    this.#keywordSets[to] = this.#keywordSets[from] as number;
    this.#modSeqs[to] = this.#modSeqs[from] as number;
    this.#dates[to] = this.#dates[from] as number;
    this.#sizes[to] = this.#sizes[from] as number;
    this.#contentIds.copyWithin(16 * to, 16 * from, 16 * from + 16);
    this.#packs[to] = this.#packs[from] as number;
    this.#offsets[to] = this.#offsets[from] as number;
    this.#headerLengths[to] = this.#headerLengths[from] as number;
  }

  #setOf(keywords: string): number {
    const known = this.#numbers.get(keywords);
    if (known !== undefined) return known;
    const number = this.#sets.push(keywords) - 1;
    this.#numbers.set(keywords, number);
    this.#setOctets += keywords.length + SET_OVERHEAD;
    return number;
  }

  #reserve(needed: number): void {
    if (needed <= this.#uids.length) return;
    const length = Math.max(needed, Math.ceil(this.#uids.length * 1.125) + 16);
    this.#uids = grown(this.#uids, new Uint32Array(length));
    this.#flags = grown(this.#flags, new Uint8Array(length));
    this.#keywordSets = grown(this.#keywordSets, new Uint32Array(length));
    this.#modSeqs = grown(this.#modSeqs, new Float64Array(length));
    this.#dates = grown(this.#dates, new Float64Array(length));
    this.#sizes = grown(this.#sizes, new Float64Array(length));
    this.#contentIds = grown(this.#contentIds, new Uint8Array(16 * length));
    this.#packs = grown(this.#packs, new Uint32Array(length));
    this.#offsets = grown(this.#offsets, new Float64Array(length));
    this.#headerLengths = grown(this.#headerLengths, new Uint32Array(length));
  }
}

function grown<Column extends { set(from: Column): void }>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
