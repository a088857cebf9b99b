// Sending the entries of one search: counted up to the limit of the client or of the server, and no faster than the client
// takes them. Photos are brought for a few entries at a time; those that come after wait, so that the order stays.
import type { Book } from '../directory/book.ts';
import type { Operation, SearchSession } from '../operation.ts';
import type { SearchRequest } from '../protocol/request.ts';
import type { Area } from '../search/area.ts';
import type { Patience } from '../search/patience.ts';
import { selected, type Selection, wantedPhoto } from '../search/selection.ts';
import type { DirectoryEntry } from '../tree/entry.ts';
import type { Tree } from '../tree/tree.ts';

/** Entries of one answer; more come by pages. */
export const MAX_ENTRIES = 1000;

/** Entries that wait for photos: at most half a megabyte of them. */
const PHOTOS_AT_A_TIME = 8;

export interface Searching {
  readonly session: SearchSession;
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
  #waiting: DirectoryEntry[] = [];
  count = 0;
  /** There was one more than may be sent. */
  isOver = false;

  constructor(searching: Searching, most: number) {
    const { sizeLimit } = searching.request;
    this.#searching = searching;
    this.#most = Math.min(most, MAX_ENTRIES, sizeLimit === 0 ? MAX_ENTRIES : sizeLimit);
  }

  /** Whether it is sent, or will be by `end`. Where the client is slow, it is waited for. */
  send(entry: DirectoryEntry): Promise<boolean> | boolean {
    if (this.count >= this.#most) {
      this.isOver = true;
      return false;
    }
    this.count++;
    const isPlain = this.#waiting.length === 0 && wantedPhoto(entry, this.#searching.selection) === null;
    if (!isPlain) {
      this.#waiting.push(entry);
      return this.#waiting.length < PHOTOS_AT_A_TIME || this.end();
    }
    this.#sendNow(entry, null);
    const { operation } = this.#searching;
    return !operation.isFull || this.#takenBy(operation);
  }

  /** Sends those that waited for others. */
  async end(): Promise<true> {
    const { operation, selection, session } = this.#searching;
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return true;
    const keys = waiting.flatMap((entry) => wantedPhoto(entry, selection) ?? []);
    return session.photoTurn.run(async () => {
      // What was sent before is taken before more is held.
      await this.#takenBy(operation);
      const photos = await session.server.photos.read(keys);
      for (const entry of waiting) {
        this.#sendNow(entry, entry.photoOf === null ? null : (photos.get(entry.photoOf) ?? null));
      }
      return this.#takenBy(operation);
    });
  }

  #sendNow(entry: DirectoryEntry, photo: Buffer | null): void {
    const { operation, selection } = this.#searching;
    operation.send({ dn: entry.dn, attributes: selected(entry, selection, photo) });
  }

  async #takenBy(operation: Operation): Promise<true> {
    await operation.flush();
    this.#searching.patience.check();
    return true;
  }
}
