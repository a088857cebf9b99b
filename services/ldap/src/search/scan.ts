// Going through the entries of the book that may fit a filter, in the order of their slots.
import type { BookEntry } from '../directory/book-entry.ts';
import type { Book } from '../directory/book.ts';
import type { Filter } from '../protocol/filter.ts';
import { Refused } from '../protocol/result.ts';
import { BookView, type Surroundings } from '../tree/book-view.ts';
import type { Patience } from './patience.ts';
import { planOf } from './plan.ts';
import { type Test, testOf } from './truth.ts';

/** Slots that one search may look at. */
const MAX_LOOKED_AT = 500_000;

export interface Scan {
  readonly book: Book;
  readonly filter: Filter;
  readonly around: Surroundings;
  /** Whether the scope has the entry and the viewer may see it. */
  readonly isMeant: (entry: BookEntry) => boolean;
  readonly patience: Patience;
  /** Slots up to this one were looked at before. */
  readonly after: number;
}

/** Calls `visit` for each entry that fits, until it answers false. */
export async function scan(
  { book, filter, around, isMeant, patience, after }: Scan,
  visit: (view: BookView, slot: number) => boolean | Promise<boolean>,
): Promise<void> {
  await patience.begin();
  const { generation } = book;
  const test: Test = testOf(filter);
  const slots = slotsToLookAt(filter, book);
  if ((slots?.length ?? book.slots) > MAX_LOOKED_AT) {
    throw new Refused('adminLimitExceeded', 'the filter leaves too many entries to be looked at');
  }
  const end = slots?.length ?? book.slots;
  for (let index = 0; index < end; index++) {
    if (patience.isUsedUp) {
      await patience.rest();
      if (book.generation !== generation) throw new Refused('busy', 'the book has changed: ask again');
    }
    const slot = slots === null ? index : (slots[index] as number);
    const entry = slot > after ? book.at(slot) : undefined;
    if (entry === undefined || !isMeant(entry)) continue;
    const view = new BookView(entry, around);
    if (test(view) !== true) continue;
    const goesOn = visit(view, slot);
    if (!(typeof goesOn === 'boolean' ? goesOn : await goesOn)) return;
  }
}

/** In rising order, each once; null: all. */
function slotsToLookAt(filter: Filter, book: Book): ArrayLike<number> | null {
  const plan = planOf(filter, book);
  if (plan === null || plan.cost > book.slots) return null;
  if (plan.slots !== undefined) return plan.slots;
  const collected: number[] = [];
  plan.collect(collected);
  if (collected.length <= 1) return collected;
  const sorted = Uint32Array.from(collected).sort();
  let kept = 0;
  for (const slot of sorted) {
    if (kept === 0 || sorted[kept - 1] !== slot) sorted[kept++] = slot;
  }
  return sorted.subarray(0, kept);
}
