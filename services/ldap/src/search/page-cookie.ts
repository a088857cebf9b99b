// Where the next page begins, as the client carries it (RFC 2696 §2). It says a place and nothing else: what the client may
// see is asked again for every page, so that a cookie that was made up opens nothing.
import type { Book } from '../directory/book.ts';
import { Refused } from '../protocol/result.ts';

type Kind = 'slot' | 'place';

export function writeCookie(kind: Kind, place: number, book: Pick<Book, 'generation'>): string {
  return `${kind}.${book.generation}.${place}`;
}

/** The place that the page begins with. */
export function readCookie(cookie: string, kind: Kind, book: Pick<Book, 'generation'>): number {
  if (cookie === '') return 0;
  const [, found, generation, place] = /^(slot|place)\.(\d{1,12})\.(\d{1,12})$/.exec(cookie) ?? [];
  if (found !== kind || Number(generation) !== book.generation) {
    throw new Refused('unwillingToPerform', 'the pages cannot be continued: begin the search anew');
  }
  return Number(place);
}
