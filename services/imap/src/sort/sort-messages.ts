// Sorts messages by what SORT asks for (RFC 5256 §3). Each criterion becomes a column of numbers: texts are kept once each,
// put into order, and stand for their place in it, so that a large mailbox costs some octets a message and criterion.
import { Turn } from '@pochtar/runtime';
import { fetchMessages, readListing } from '@pochtar/store/mailbox';
import type { Session } from '../command.ts';
import { Progress } from '../progress.ts';
import type { SelectedMailbox } from '../selected-mailbox.ts';
import { collationKey, compareKeys } from './collation.ts';
import { readHeaders } from './header-reader.ts';
import { mergeSort } from './merge-sort.ts';
import type { SortCriterion, SortKey } from './sort-criteria.ts';
import { sortText } from './sort-text.ts';

export interface Sorted {
  /** In their order; those that were gone when they were looked at are left out. */
  uids: number[];
  isSomeGone: boolean;
}

type TextKey = Exclude<SortKey, 'ARRIVAL' | 'DATE' | 'SIZE'>;

/** `uids` ascend. */
export async function sortMessages(
  session: Session,
  selected: SelectedMailbox,
  uids: readonly number[],
  { criteria, tag }: { criteria: readonly SortCriterion[]; tag: string },
): Promise<Sorted> {
  const columns = new Columns(uids, criteria);
  const { db } = session.server;
  let unlisted: number[] = [];
  if (columns.asks('DATE', 'SUBJECT')) unlisted = await readListed(session, selected, columns, tag);
  else if (columns.asks('ARRIVAL', 'SIZE')) {
    for await (const page of fetchMessages(db, selected.id, uids)) columns.fillPage(page);
  }
  const addressKeys = criteria.map(({ key }) => key).filter(isAddressKey);
  if (addressKeys.length > 0) {
    await readHeaders(session, selected, uids, tag, async (message) => {
      for (const key of addressKeys) columns.note(key, message.uid, await sortText(message, key));
    });
  }
  if (unlisted.length > 0) {
    await readHeaders(session, selected, unlisted, tag, async (message) => {
      columns.note('SUBJECT', message.uid, await sortText(message, 'SUBJECT'));
    });
  }
  return columns.sorted();
}

/** All that rows say; the messages of which they do not yet know the base subject, where it is asked for. */
async function readListed(
  session: Session,
  selected: SelectedMailbox,
  columns: Columns,
  tag: string,
): Promise<number[]> {
  const unlisted: number[] = [];
  const progress = new Progress(session, tag, columns.uids.length);
  const turn = new Turn();
  for await (const page of readListing(session.server.db, selected.id, columns.uids, {
    needsThreads: false,
  })) {
    columns.fillPage(page);
    columns.fill('DATE', page.uids, page.sentAt);
    await progress.add(page.uids.length);
    for (const [at, uid] of columns.asks('SUBJECT') ? page.uids.entries() : []) {
      const listed = page.listed[at];
      if (listed) columns.note('SUBJECT', uid, listed.baseSubject);
      else unlisted.push(uid);
      if (turn.isOver) await turn.pass();
    }
  }
  return unlisted;
}

type AddressKey = Exclude<TextKey, 'SUBJECT'>;

function isAddressKey(key: SortKey): key is AddressKey {
  return key !== 'ARRIVAL' && key !== 'DATE' && key !== 'SIZE' && key !== 'SUBJECT';
}

class Columns {
  readonly uids: readonly number[];
  readonly #criteria: readonly SortCriterion[];
  readonly #columns: ReadonlyMap<SortKey, Float64Array>;
  readonly #texts = new Map<TextKey, Map<string, number>>();
  readonly #turn = new Turn();
  /** Where the last page ended: pages come in order. */
  #at = 0;

  constructor(uids: readonly number[], criteria: readonly SortCriterion[]) {
    this.uids = uids;
    this.#criteria = criteria;
    // NaN: nothing is known of the message, which has gone.
    this.#columns = new Map(criteria.map(({ key }) => [key, new Float64Array(uids.length).fill(Number.NaN)]));
  }

  asks(...keys: SortKey[]): boolean {
    return keys.some((key) => this.#columns.has(key));
  }

  fill(key: SortKey, uids: readonly number[], values: readonly number[]): void {
    const column = this.#columns.get(key);
    if (column === undefined) return;
    for (const [index, uid] of uids.entries()) column[this.#placeOf(uid)] = values[index] as number;
  }

  /** What every page of rows has. */
  fillPage(page: { uids: number[]; internalDates: number[]; sizes: number[] }): void {
    this.fill('ARRIVAL', page.uids, page.internalDates);
    this.fill('SIZE', page.uids, page.sizes);
  }

  note(key: TextKey, uid: number, text: string): void {
    let texts = this.#texts.get(key);
    if (texts === undefined) this.#texts.set(key, (texts = new Map()));
    const collated = collationKey(text);
    let number = texts.get(collated);
    if (number === undefined) texts.set(collated, (number = texts.size));
    (this.#columns.get(key) as Float64Array)[this.#placeOf(uid)] = number;
  }

  async sorted(): Promise<Sorted> {
    for (const [key, texts] of this.#texts) await this.#rank(this.#columns.get(key) as Float64Array, texts);
    const columns = this.#criteria.map(({ key, isReverse }) => ({
      column: this.#columns.get(key) as Float64Array,
      sign: isReverse ? -1 : 1,
    }));
    const places: number[] = [];
    for (let at = 0; at < this.uids.length; at++) {
      if (columns.every(({ column }) => !Number.isNaN(column[at]))) places.push(at);
      if (this.#turn.isOver) await this.#turn.pass();
    }
    await mergeSort(places, (a, b) => {
      for (const { column, sign } of columns) {
        const difference = (column[a] as number) - (column[b] as number);
        if (difference !== 0) return sign * difference;
      }
      // RFC 5256 §3: what is equal stays in the order of the mailbox.
      return a - b;
    });
    const uids = places.map((at) => this.uids[at] as number);
    return { uids, isSomeGone: uids.length < this.uids.length };
  }

  /** The numbers of texts become their places in order. */
  async #rank(column: Float64Array, texts: ReadonlyMap<string, number>): Promise<void> {
    const ordered = [...texts.keys()];
    await mergeSort(ordered, compareKeys);
    const ranks = new Float64Array(ordered.length);
    for (const [rank, text] of ordered.entries()) ranks[texts.get(text) as number] = rank;
    for (let at = 0; at < column.length; at++) {
      if (!Number.isNaN(column[at])) column[at] = ranks[column[at] as number] as number;
      if (this.#turn.isOver) await this.#turn.pass();
    }
  }

  /** Of a message; mostly the one behind the last that was asked for. */
  #placeOf(uid: number): number {
    if (this.uids[this.#at] === uid) return this.#at;
    if (this.uids[this.#at + 1] === uid) return ++this.#at;
    let low = 0;
    let high = this.uids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.uids[middle] as number) < uid) low = middle + 1;
      else high = middle;
    }
    this.#at = low;
    return low;
  }
}
