// Answers that grow with the installation. One message of the bus holds a megabyte, so a list ends where the message is
// full, and says where it goes on; who wants all of it asks until it does not.
import type { Bus } from '../bus.ts';
import type { Asker } from './access.ts';
import { type AdminQuestion, type AdminReply, askAdmin } from './question.ts';

/** Room for what stands around the list. */
const MAX_BYTES = 800_000;
/** More than this nobody reads, and no process of ours holds at once. */
const MAX_PAGES = 100;

/** The first of these that fit into one answer together; one at least, or nobody would ever get on. */
export function fitting<Row>(rows: readonly Row[], maxBytes = MAX_BYTES): Row[] {
  let bytes = 0;
  const place = rows.findIndex((row, index) => {
    bytes += Buffer.byteLength(JSON.stringify(row)) + 1;
    return bytes > maxBytes && index > 0;
  });
  return place < 0 ? [...rows] : rows.slice(0, place);
}

export interface Page<Row> {
  rows: Row[];
  /** The key of the last row, when there are more. */
  next: string | null;
}

/** Those after `after` of rows that are there as a whole, in their order, as many as fit. */
export function pageAfter<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  after: string | undefined,
): Page<Row> {
  const later = after === undefined ? rows : laterThan(rows, keyOf, after);
  return endOfPage(fitting(later), keyOf, later.length);
}

/** Where the row itself is gone by now, those that come after it in the order of the keys. */
function laterThan<Row>(rows: readonly Row[], keyOf: (row: Row) => string, after: string): readonly Row[] {
  const place = rows.findIndex((row) => keyOf(row) === after);
  return place < 0 ? rows.filter((row) => keyOf(row) > after) : rows.slice(place + 1);
}

/** A page of rows that were read by key, `limit` at most: the next one begins after the last that fits. */
export function pageOf<Row>(rows: readonly Row[], keyOf: (row: Row) => string, limit: number): Page<Row> {
  return endOfPage(fitting(rows), keyOf, rows.length < limit ? rows.length : Infinity);
}

function endOfPage<Row>(rows: Row[], keyOf: (row: Row) => string, there: number): Page<Row> {
  const last = rows.at(-1);
  return { rows, next: last === undefined || rows.length >= there ? null : keyOf(last) };
}

/** Asks page by page, and answers one reply with the lists of all of them. */
export async function askWhole<
  Request extends { after?: string | undefined },
  Result extends { next: string | null },
  Input extends { after?: string | undefined },
>(
  bus: Bus,
  question: AdminQuestion<Request, Result, Input>,
  who: Asker,
  request: NoInfer<Input>,
): Promise<AdminReply<Result>> {
  const reply = await askAdmin(bus, question, who, request);
  for (let pages = 1; reply.ok && reply.result.next !== null && pages < MAX_PAGES; pages++) {
    const more = await askAdmin(bus, question, who, { ...request, after: reply.result.next });
    if (!more.ok) return more;
    reply.result = joined(reply.result, more.result);
  }
  return reply;
}

function joined<Result extends object>(first: Result, second: Result): Result {
  const lists = Object.entries(first).map(([name, value]: [string, unknown]) => {
    const more = (second as Record<string, unknown>)[name];
    return [name, Array.isArray(value) && Array.isArray(more) ? [...value, ...more] : more];
  });
  return Object.fromEntries(lists) as Result;
}
