// What this process knows of one mailbox, for all sessions that have it selected: its messages as columns, as of a MODSEQ,
// and what has changed lately. It is brought forward as a session was: by what has changed since its MODSEQ, when somebody
// asks. Nothing of it is true because an event said so, and all of it can be thrown away at any time.
import { gather, Turn } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import {
  type Changes,
  changesSince,
  type FlagColumns,
  type Mailbox,
  type MessageColumns,
  type MessageContent,
  type MessagePage,
  readColumns,
  readContents,
  readLocations,
  type TextColumn,
} from '@pochtar/store/mailbox';
import { MessageTable } from './message-table.ts';

/** Changes that are remembered; sessions that know less ask the database. */
const MAX_LOGGED = 20_000;
/** Of an index without messages. */
const OWN_OCTETS = 4096;
/** Of a remembered change. */
const OCTETS_A_CHANGE = 16;
/** Messages of a page. */
const ROWS_A_PAGE = 100;
const TEXTS_A_PAGE = 500;
const NO_CONTENTS = { contents: new Map<number, MessageContent>(), upTo: 0 };

/** What an index knows of contents, or can ask for by their ids. */
export type IndexedColumn = TextColumn | 'id';

/** Where bodies lie is asked for so many neighbours at once: who reads one message often reads the next. */
const BODIES_A_BLOCK = 256;

/** What happened between the MODSEQ of the batch before and that of this one. */
interface Batch {
  modSeq: number;
  /** UIDs of messages that are new or have other flags. */
  changed: number[];
  gone: number[];
  goneAt: number[];
}

/** A change that this process has made. */
export interface OwnChange {
  modSeq: number;
  /** The messages as they are now; those of an older MODSEQ were left as they were. */
  flags?: FlagColumns;
  /** UIDs that went. */
  gone?: readonly number[];
}

export class MailboxIndex {
  readonly #db: Queryable;
  readonly #refresh: (nothing: null) => Promise<null>;
  #mailbox: Mailbox;
  #table = new MessageTable();
  #batches: Batch[] = [];
  #logged = 0;
  /** Below this MODSEQ changes are not remembered. */
  #floor: number;
  #isGone = false;

  private constructor(db: Queryable, mailbox: Mailbox) {
    this.#db = db;
    this.#mailbox = mailbox;
    this.#floor = mailbox.modSeq;
    // Who asks while an answer is under way waits for the next: the one on its way may have been read before.
    this.#refresh = gather<null, null>(
      async (askers) => {
        await this.#bringForward();
        return askers.map(() => null);
      },
      { maxItems: Number.MAX_SAFE_INTEGER },
    );
  }

  /** `mailbox` as it was read before; null when it grows beyond `maxOctets` or is gone. */
  static async load(db: Queryable, mailbox: Mailbox, maxOctets: number): Promise<MailboxIndex | null> {
    const index = new MailboxIndex(db, mailbox);
    if (mailbox.exists > 0) {
      for await (const columns of readColumns(db, mailbox.id, 0)) {
        index.#table.append(columns, mailbox.uidNext);
        if (index.octets > maxOctets) return null;
      }
    }
    // Pages are later than the row, and each later than the one before.
    await index.refresh();
    return index.#isGone || index.octets > maxOctets ? null : index;
  }

  /** The row as of `modSeq`; its counters may be older. */
  get mailbox(): Mailbox {
    return this.#mailbox;
  }

  get modSeq(): number {
    return this.#mailbox.modSeq;
  }

  get table(): MessageTable {
    return this.#table;
  }

  /** The mailbox was deleted. */
  get isGone(): boolean {
    return this.#isGone;
  }

  get octets(): number {
    return OWN_OCTETS + this.#table.octets + this.#logged * OCTETS_A_CHANGE;
  }

  /** Knows, when resolved, whatever was committed when it was called. */
  async refresh(): Promise<void> {
    await this.#refresh(null);
  }

  /** A change of this process: known without a look when nothing happened before it. */
  apply({ modSeq, flags, gone = [] }: OwnChange): void {
    if (modSeq !== this.modSeq + 1) return;
    const changed: number[] = [];
    for (const [at, uid] of (flags?.uids ?? []).entries()) {
      if (flags?.modSeqs[at] !== modSeq) continue;
      this.#setFlags(uid, flags, at);
      changed.push(uid);
    }
    this.#table.remove(gone);
    this.#mailbox = { ...this.#mailbox, modSeq };
    this.#log({ modSeq, changed, gone: [...gone], goneAt: gone.map(() => modSeq) });
  }

  /** Pages of those of `uids` (ascending) that are here, with what is asked for of their contents. */
  pages(uids: Uint32Array, columns: readonly IndexedColumn[]): AsyncGenerator<MessagePage> {
    const texts = columns.filter((column) => column !== 'id');
    return texts.every((column) => column === 'stored')
      ? this.#bodyPages(uids)
      : this.#textPages(uids, texts);
  }

  /** Each with the place of its body. */
  async *#bodyPages(uids: Uint32Array): AsyncGenerator<MessagePage> {
    for (let from = 0; from < uids.length; from += ROWS_A_PAGE) {
      const slice = uids.subarray(from, from + ROWS_A_PAGE);
      await this.#locateAll(slice);
      const page = this.#pageOf(slice, (row) => this.#table.bodyAt(row));
      if (page.uids.length > 0) yield page;
    }
  }

  /** Each with columns of its content, which are read by their ids. */
  async *#textPages(uids: Uint32Array, columns: readonly TextColumn[]): AsyncGenerator<MessagePage> {
    for (let from = 0; from < uids.length; ) {
      const slice = uids.subarray(from, from + TEXTS_A_PAGE);
      const present = slice.filter((uid) => this.#table.find(uid) >= 0);
      const ids = Array.from(present, (uid) => this.#table.contentIdAt(this.#table.find(uid)));
      const { contents, upTo } = ids.length === 0 ? NO_CONTENTS : await readContents(this.#db, ids, columns);
      const page = this.#pageOf(present.subarray(0, upTo), (_, place) => contents.get(place) ?? null);
      if (page.uids.length > 0) yield page;
      const isWhole = upTo >= present.length;
      from = isWhole ? from + slice.length : from + slice.indexOf(present[upTo] as number);
    }
  }

  /** `bodyOf` of a row and the place of its UID among `uids`; null: its content is gone, and so is the message. */
  #pageOf(
    uids: Uint32Array,
    bodyOf: (row: number, place: number) => Partial<MessageContent> | null,
  ): MessagePage {
    const table = this.#table;
    const page: MessagePage = {
      ...{ uids: [], flags: [], keywords: [], modSeqs: [], internalDates: [], sizes: [], contents: [] },
    };
    let at = -1;
    for (const [place, uid] of uids.entries()) {
      at = table.find(uid, at + 1);
      const body = at < 0 ? null : bodyOf(at, place);
      if (body === null) continue;
      page.uids.push(uid);
      page.flags.push(table.flagsAt(at));
      page.keywords.push(table.keywordsAt(at));
      page.modSeqs.push(table.modSeqAt(at));
      page.internalDates.push(table.dateAt(at));
      page.sizes.push(table.sizeAt(at));
      page.contents.push({ id: table.contentIdAt(at), ...body });
    }
    return page;
  }

  /** Until it is known of each where its body is: while one asks, what is known may be given up for want of room. */
  async #locateAll(uids: Uint32Array): Promise<void> {
    const gone = new Set<number>();
    for (;;) {
      const wanted = this.#unlocated(uids, gone);
      if (wanted.size === 0) return;
      await this.#locate(wanted, gone);
    }
  }

  /** UIDs and contents of messages of which it is not known where their bodies are, and of their neighbours. */
  #unlocated(uids: Uint32Array, gone: ReadonlySet<number>): Map<number, string> {
    const table = this.#table;
    const wanted = new Map<number, string>();
    let end = 0;
    for (const uid of uids) {
      const at = table.find(uid);
      if (at < end || gone.has(uid) || table.bodyAt(at) !== null) continue;
      const neighbours = wanted.size < BODIES_A_BLOCK ? BODIES_A_BLOCK : 1;
      end = Math.min(at + neighbours, table.count);
      for (let each = at; each < end; each++) {
        if (table.bodyAt(each) === null) wanted.set(table.uidAt(each), table.contentIdAt(each));
      }
    }
    return wanted;
  }

  async #locate(wanted: ReadonlyMap<number, string>, gone: Set<number>): Promise<void> {
    this.#table.makeRoomForBodies();
    const found = new Map(
      (await readLocations(this.#db, [...wanted.values()])).map((each) => [each.id, each]),
    );
    for (const [uid, contentId] of wanted) {
      const at = this.#table.find(uid);
      const location = found.get(contentId);
      if (location === undefined) gone.add(uid);
      else if (at >= 0) this.#table.setBody(at, location);
    }
  }

  /** What was changed after MODSEQ `since`, as of `modSeq`; undefined when that is not remembered. */
  changesSince(since: number): Changes | undefined {
    if (since < this.#floor) return undefined;
    const uids = new Set<number>();
    const expunged: number[] = [];
    const expungedAt: number[] = [];
    // From the end: mostly it is the last one that is new.
    const known = this.#batches.findLastIndex((batch) => batch.modSeq <= since);
    for (const batch of this.#batches.slice(known + 1)) {
      for (const uid of batch.changed) uids.add(uid);
      for (const [at, modSeq] of batch.goneAt.entries()) {
        if (modSeq <= since) continue;
        expunged.push(batch.gone[at] as number);
        expungedAt.push(modSeq);
      }
    }
    return { mailbox: this.#mailbox, expunged, expungedAt, changed: this.#flagsOf(uids, since) };
  }

  #flagsOf(uids: ReadonlySet<number>, since: number): FlagColumns {
    const table = this.#table;
    const columns: FlagColumns = { uids: [], flags: [], keywords: [], modSeqs: [] };
    for (const uid of Uint32Array.from(uids).sort()) {
      const at = table.find(uid);
      if (at < 0 || table.modSeqAt(at) <= since) continue;
      columns.uids.push(uid);
      columns.flags.push(table.flagsAt(at));
      columns.keywords.push(table.keywordsAt(at));
      columns.modSeqs.push(table.modSeqAt(at));
    }
    return columns;
  }

  async #bringForward(): Promise<void> {
    const changes = await changesSince(this.#db, this.#mailbox.id, this.modSeq);
    if (changes === null) {
      this.#isGone = true;
      return;
    }
    if (changes.expunged === null) return this.#readAgain(changes.mailbox);
    const { mailbox, changed } = changes;
    const pages: MessageColumns[] = [];
    if (changed.uids.some((uid) => uid > this.#table.largestUid)) {
      for await (const page of readColumns(this.#db, mailbox.id, this.#table.largestUid)) pages.push(page);
    }
    // Nothing is awaited from here on. Meanwhile this process may have made a change that these answers do not know.
    if (mailbox.modSeq < this.modSeq) return;
    for (const page of pages) this.#table.append(page, mailbox.uidNext);
    for (const [at, uid] of changed.uids.entries()) this.#setFlags(uid, changed, at);
    this.#table.remove(changes.expunged);
    const isChanged = mailbox.modSeq > this.modSeq;
    this.#mailbox = mailbox;
    if (!isChanged) return;
    const { expunged: gone, expungedAt: goneAt } = changes;
    this.#log({
      modSeq: mailbox.modSeq,
      changed: changed.uids.filter((uid) => uid < mailbox.uidNext),
      gone,
      goneAt,
    });
  }

  /** What has gone is forgotten: everything is read anew. */
  async #readAgain(mailbox: Mailbox): Promise<void> {
    const table = new MessageTable();
    const turn = new Turn();
    for await (const columns of readColumns(this.#db, mailbox.id, 0)) {
      table.append(columns, mailbox.uidNext);
      if (turn.isOver) await turn.pass();
    }
    this.#table = table;
    this.#mailbox = mailbox;
    this.#batches = [];
    this.#logged = 0;
    this.#floor = mailbox.modSeq;
    // Pages are later than the row.
    await this.#bringForward();
  }

  #setFlags(uid: number, columns: FlagColumns, at: number): void {
    const place = this.#table.find(uid);
    const modSeq = columns.modSeqs[at] as number;
    if (place < 0 || this.#table.modSeqAt(place) > modSeq) return;
    this.#table.setFlags(place, columns.flags[at] as number, columns.keywords[at] as string, modSeq);
  }

  #log(batch: Batch): void {
    this.#batches.push(batch);
    this.#logged += sizeOf(batch);
    while (this.#logged > MAX_LOGGED && this.#batches.length > 0) {
      const oldest = this.#batches.shift() as Batch;
      this.#logged -= sizeOf(oldest);
      this.#floor = oldest.modSeq;
    }
  }
}

function sizeOf({ changed, gone }: Batch): number {
  return 1 + changed.length + gone.length;
}
