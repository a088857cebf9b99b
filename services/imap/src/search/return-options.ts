// What a client wants of a search (RFC 9051 §6.4.4, RFC 4731 §3.1), of a sorted one too (RFC 5267 §3), and a page of it
// (RFC 9394 §3.1).
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';

const WORDS = ['MIN', 'MAX', 'ALL', 'COUNT', 'SAVE', 'PARTIAL'] as const;
export type ReturnOption = (typeof WORDS)[number];

/** Places of results, from 1; from the end where they are negative. The one that is further from there comes last. */
export interface PageRange {
  from: number;
  to: number;
  isFromEnd: boolean;
  /** As the client wrote it. */
  text: string;
}

export interface ReturnOptions {
  asked: ReadonlySet<ReturnOption>;
  /** With PARTIAL. */
  page: PageRange | null;
}

/** RFC 9051 §6.4.4: what `RETURN ()` and IMAP4rev2 without RETURN mean. */
export const RETURN_ALL: ReturnOptions = { asked: new Set(['ALL']), page: null };

/** `RETURN (…) ` where it comes next; null without. */
export function takeReturnOptions(cursor: Cursor): ReturnOptions | null {
  if (!cursor.takeWord('RETURN')) return null;
  cursor.space();
  const options = readOptions(cursor);
  cursor.space();
  return options;
}

function readOptions(cursor: Cursor): ReturnOptions {
  const asked = new Set<ReturnOption>();
  let page: PageRange | null = null;
  cursor.list(() => {
    const word = cursor.word();
    const option = WORDS.find((each) => each === word);
    if (option === undefined) throw new BadSyntax('unknown return option');
    if (option === 'PARTIAL') {
      // RFC 9394 §3.1: one page, and not beside ALL.
      if (page !== null) throw new BadSyntax('PARTIAL stands once');
      cursor.space();
      page = readPageRange(cursor);
    }
    asked.add(option);
  });
  if (page !== null && asked.has('ALL')) throw new BadSyntax('PARTIAL does not go with ALL');
  return asked.size === 0 ? RETURN_ALL : { asked, page };
}

/** RFC 9394 §4: `1:500` or `-1:-100`. */
export function readPageRange(cursor: Cursor): PageRange {
  const isFromEnd = cursor.take('-');
  const first = cursor.positive();
  cursor.expect(':');
  if (cursor.take('-') !== isFromEnd) throw new BadSyntax('both ends of a page count from the same side');
  const second = cursor.positive();
  const sign = isFromEnd ? '-' : '';
  return {
    from: Math.min(first, second),
    to: Math.max(first, second),
    isFromEnd,
    text: `${sign}${first}:${sign}${second}`,
  };
}

/** The places of a page within `count` results: the first, and the one behind the last. */
export function placesOf(page: PageRange, count: number): [start: number, end: number] {
  const [start, end] = page.isFromEnd ? [count - page.to, count - page.from + 1] : [page.from - 1, page.to];
  return [Math.min(Math.max(start, 0), count), Math.min(Math.max(end, 0), count)];
}
