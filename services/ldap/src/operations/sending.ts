// Sending the entries of one search: counted up to the limit of the client or of the server, and no faster than the client
// takes them.
import type { Book } from '../directory/book.ts';
import type { Operation } from '../operation.ts';
import type { SearchRequest } from '../protocol/request.ts';
import type { Area } from '../search/area.ts';
import type { Patience } from '../search/patience.ts';
import { selected, type Selection } from '../search/selection.ts';
import type { DirectoryEntry } from '../tree/entry.ts';
import type { Tree } from '../tree/tree.ts';

/** Entries of one answer; more come by pages. */
export const MAX_ENTRIES = 1000;

export interface Searching {
  readonly request: SearchRequest;
  readonly operation: Operation;
  readonly area: Area;
  readonly tree: Tree;
  readonly book: Book;
  readonly patience: Patience;
  readonly selection: Selection;
}

export class Sending {
  readonly #searching: Searching;
  readonly #most: number;
  count = 0;
  /** There was one more than may be sent. */
  isOver = false;

  constructor(searching: Searching, most: number) {
    const { sizeLimit } = searching.request;
    this.#searching = searching;
    this.#most = Math.min(most, MAX_ENTRIES, sizeLimit === 0 ? MAX_ENTRIES : sizeLimit);
  }

  /** Whether it was sent. Where the client is slow, it is waited for. */
  send(entry: DirectoryEntry): Promise<boolean> | boolean {
    if (this.count >= this.#most) {
      this.isOver = true;
      return false;
    }
    const { operation, selection, patience } = this.#searching;
    operation.send({ dn: entry.dn, attributes: selected(entry, selection) });
    this.count++;
    if (!operation.isFull) return true;
    return operation.flush().then(() => {
      patience.check();
      return true;
    });
  }
}
