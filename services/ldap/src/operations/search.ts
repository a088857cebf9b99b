// Search (RFC 4511 §4.5): where it looks, and in which of four ways the entries go out: as they are found, page by page,
// sorted, or as a window of a sorted list.
import type { Outcome, Run, SearchSession } from '../operation.ts';
import { listViewControl } from '../protocol/controls/list-view.ts';
import { pageControl } from '../protocol/controls/paging.ts';
import { sortControl } from '../protocol/controls/sorting.ts';
import type { Control } from '../protocol/message.ts';
import { codes, Refused, result, success } from '../protocol/result.ts';
import { inOrder, type Order, type OrderFault, readOrder, sortValue } from '../search/order.ts';
import { Patience } from '../search/patience.ts';
import { writeCookie, readCookie } from '../search/page-cookie.ts';
import { fold } from '../schema/fold.ts';
import { partsOf } from '../protocol/filter.ts';
import { areaOf } from '../search/area.ts';
import { scan } from '../search/scan.ts';
import { selectionOf } from '../search/selection.ts';
import { testOf } from '../search/truth.ts';
import { windowOf } from '../search/window.ts';
import { BookView } from '../tree/book-view.ts';
import type { DirectoryEntry } from '../tree/entry.ts';
import { Tree } from '../tree/tree.ts';
import type { Book } from '../directory/book.ts';
import { MAX_ENTRIES, type Searching, Sending } from './sending.ts';
import { readSearchControls, type SearchControls } from './search-controls.ts';

/** draft-ietf-ldapext-ldapv3-vlv-09 §6.2: a list view that can't be shown. */
const LIST_VIEW_ERROR = 76;

export const search: Run<'search', SearchSession> = async (session, request, operation) => {
  const asked = readSearchControls(operation.controls);
  const tree = Tree.of(session);
  const area = areaOf(request, tree);
  const { book } = session.server;
  const patience = new Patience(request.timeLimit, operation.signal, partsOf(request.filter));
  const selection = selectionOf(request.attributes, request.typesOnly);
  const searching: Searching = { session, request, operation, area, tree, book, patience, selection };
  if (asked.view !== null && asked.sort === null) {
    const controls = [listViewControl(0, 0, codes.sortControlMissing)];
    return { result: result(codes.sortControlMissing, 'a list view needs an order'), controls };
  }
  if (asked.sort === null) return asFound(searching, asked);
  const order = readOrder(asked.sort.keys);
  if ('code' in order) return withoutOrder(searching, asked, order);
  return ordered(searching, asked, order);
};

async function asFound(searching: Searching, { page }: SearchControls): Promise<Outcome> {
  const { area, book, request } = searching;
  const sending = new Sending(searching, page?.size ?? MAX_ENTRIES);
  // Places are counted over the entries of the area and then the slots of the book.
  const fixed = area.entries.length;
  let next = page === null ? 0 : readCookie(page.cookie, 'slot', book);
  // RFC 2696 §3: a page of nothing ends the search.
  if (page?.size === 0) return { result: success, controls: [pageControl('', 0)] };
  const isThrough = await sendFixed(searching, sending, next, (place) => (next = place));
  if (isThrough) {
    const after = Math.max(next, fixed) - fixed - 1;
    await scan({ ...scanOf(searching), after }, async (view, slot) => {
      next = fixed + slot;
      return sending.send(view);
    });
  }
  await sending.end();
  if (page === null) return sending.isOver ? tooMany() : { result: success };
  const isCut = sending.isOver && request.sizeLimit > 0 && sending.count >= request.sizeLimit;
  const cookie = sending.isOver && !isCut ? writeCookie('slot', next, book) : '';
  return { ...(isCut ? tooMany() : { result: success }), controls: [pageControl(cookie, 0)] };
}

/** RFC 2891 §2: what can't be sorted is refused where the order matters, and sent as it is where it does not. */
async function withoutOrder(
  searching: Searching,
  asked: SearchControls,
  { code, attribute }: OrderFault,
): Promise<Outcome> {
  const control = sortControl(code, attribute);
  const text = `the entries cannot be sorted by ${attribute}`;
  if (asked.view !== null) {
    return { result: result(LIST_VIEW_ERROR, text), controls: [control, listViewControl(0, 0, code)] };
  }
  if (asked.sort?.isCritical === true) {
    return { result: result(codes.unavailableCriticalExtension, text), controls: [control] };
  }
  const { controls = [], ...outcome } = await asFound(searching, asked);
  return { ...outcome, controls: [control, ...controls] };
}

async function ordered(searching: Searching, { page, view }: SearchControls, order: Order): Promise<Outcome> {
  const { book } = searching;
  const { generation } = book;
  const slots: number[] = [];
  await scan({ ...scanOf(searching), after: -1 }, (_, slot) => slots.push(slot) > 0);
  const sorted = inOrder(slots, order, book);
  searching.patience.check();
  if (view !== null) {
    const window = windowOf(view, sorted.length, (value) => firstNotBelow(sorted, order, value, book));
    const sending = new Sending(searching, MAX_ENTRIES);
    await sendSlots(searching, sending, sorted.slice(window.from, window.to), generation);
    await sending.end();
    const controls = [
      sortControl(codes.success),
      listViewControl(window.position, sorted.length, codes.success),
    ];
    return { result: success, controls };
  }
  const sending = new Sending(searching, page?.size ?? MAX_ENTRIES);
  const fixed = searching.area.entries.length;
  let next = page === null ? 0 : readCookie(page.cookie, 'place', book);
  const controls: Control[] = [sortControl(codes.success)];
  if (page?.size === 0) return { result: success, controls: [...controls, pageControl('', sorted.length)] };
  if (await sendFixed(searching, sending, next, (place) => (next = place))) {
    const start = Math.max(next, fixed);
    const before = sending.count;
    await sendSlots(searching, sending, sorted.slice(start - fixed), generation);
    next = start + sending.count - before;
  }
  await sending.end();
  if (page === null) return { ...(sending.isOver ? tooMany() : { result: success }), controls };
  const cookie = sending.isOver ? writeCookie('place', next, book) : '';
  return { result: success, controls: [...controls, pageControl(cookie, sorted.length)] };
}

/** Entries that are not of the book come first, from the place `start` on. Whether all were sent; `at` hears of each. */
async function sendFixed(
  { area, request }: Searching,
  sending: Sending,
  start: number,
  at: (place: number) => void,
): Promise<boolean> {
  const { entries } = area;
  const test = testOf(request.filter);
  for (let place = start; place < entries.length; place++) {
    const entry = entries[place] as DirectoryEntry;
    at(place);
    if (test(entry) === true && !(await sending.send(entry))) return false;
  }
  return true;
}

async function sendSlots(
  { area, tree, book }: Searching,
  sending: Sending,
  slots: readonly number[],
  generation: number,
): Promise<void> {
  for (const slot of slots) {
    if (book.generation !== generation) throw new Refused('busy', 'the book has changed: ask again');
    const entry = book.at(slot);
    if (entry === undefined || area.base === null) continue;
    if (!(await sending.send(new BookView(entry, tree.around(area.base))))) return;
  }
}

function scanOf({ request, area, tree, book, patience }: Searching) {
  const around = tree.around(area.base ?? { name: [], dn: '', key: '' });
  const isMeant = area.base === null ? () => false : area.isMeant;
  return { book, filter: request.filter, around, isMeant, patience };
}

function firstNotBelow(sorted: readonly number[], order: Order, value: string, book: Book): number {
  const [key] = order.keys;
  const wanted = fold(value);
  const isBelow = (slot: number): boolean => {
    const found = key === undefined ? null : sortValue(slot, key.name, book);
    if (found === null) return key?.isReversed === true;
    return key?.isReversed === true ? found > wanted : found < wanted;
  };
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBelow(sorted[middle] as number)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function tooMany(): Outcome {
  return { result: result(codes.sizeLimitExceeded, 'there are more: narrow the search, or ask for pages') };
}
