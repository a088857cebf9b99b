// What a client keeps between two looks (RFC 6578): up to where it knows the book, and what it was allowed to see then. While
// nothing changes the token stays the same, so that nobody asks in vain.
import type { BookState } from '@pochtar/store/book';

const PREFIX = 'urn:pochtar:book:';

/** One a process: the first horizon at which the book was seen as it is. */
export class SyncTokens {
  #last: BookState = { horizon: '', version: '' };

  /** `view`: what may be seen, as a text; with another one everything is asked for anew. */
  of(state: BookState, view: string): string {
    if (this.#last.version !== state.version) this.#last = state;
    return `${PREFIX}${view}:${this.#last.horizon}`;
  }
}

/** null: it is none, or one of another view. */
export function horizonOf(token: string, view: string): string | null {
  const expected = `${PREFIX}${view}:`;
  const horizon = token.startsWith(expected) ? token.slice(expected.length) : '';
  return /^\d{1,20}$/.test(horizon) && BigInt(horizon) < 2n ** 63n ? horizon : null;
}
