// Where a search for texts need not look (ADR 41): what signatures say of the messages of a mailbox. They let through whatever
// may be meant, and messages of which nothing is known yet; the message itself decides.
import { bitsOf, ROW } from '@pochtar/mail/search';
import type { Queryable } from '@pochtar/store/db';
import { findCandidates, type Narrowing } from '@pochtar/store/mailbox';
import type { SelectedMailbox } from '../selected-mailbox.ts';
import type { SearchKey } from './search-key.ts';

/** Texts that are asked about; others are looked for in what those let through. */
const MAX_TEXTS = 20;
/** Of fewer messages there are no signatures. */
const LEAST = 256;

/** Whether a message is to be looked at; null: all are. */
export async function narrowed(
  db: Queryable,
  { id, count }: Pick<SelectedMailbox, 'id' | 'count'>,
  keys: readonly SearchKey[],
): Promise<((uid: number) => boolean) | null> {
  if (count < LEAST) return null;
  const asked = new Asked();
  const narrowing = asked.all(keys);
  if (narrowing === null) return null;
  const { covered, uids } = await findCandidates(db, id, asked.bits, narrowing);
  if (covered.length === 0) return null;
  const known = new Set(uids);
  return (uid) =>
    known.has(uid) || !covered.some(({ firstUid, lastUid }) => firstUid <= uid && uid <= lastUid);
}

class Asked {
  readonly bits: number[] = [];
  #texts = 0;

  /** Null: nothing narrows it. */
  all(keys: readonly SearchKey[]): Narrowing | null {
    const of = keys.map((key) => this.#of(key)).filter((each) => each !== null);
    return of.length === 0 ? null : { kind: 'all', of };
  }

  #of(key: SearchKey): Narrowing | null {
    switch (key.kind) {
      case 'and':
        return this.all(key.keys);
      case 'or': {
        const of = key.keys.map((each) => this.#of(each));
        return of.every((each) => each !== null) ? { kind: 'some', of } : null;
      }
      case 'header':
        return this.#text(key.text, ROW.header);
      case 'body':
        return this.#text(key.text, ROW.body);
      case 'text':
        return this.#text(key.text, ROW.header | ROW.body);
      // Of what is not to be there signatures say nothing.
      case 'not':
      case 'all':
      case 'flag':
      case 'keyword':
      case 'recent':
      case 'internalDate':
      case 'sentDate':
      case 'saveDate':
      case 'moment':
      case 'larger':
      case 'smaller':
      case 'modSeq':
      case 'sequence':
      case 'emailId':
        return null;
    }
  }

  #text(text: string, kinds: number): Narrowing | null {
    const bits = bitsOf(text);
    if (bits === null || ++this.#texts > MAX_TEXTS) return null;
    const slices = bits.map((_, index) => this.bits.length + index);
    this.bits.push(...bits);
    return { kind: 'text', kinds, slices };
  }
}
