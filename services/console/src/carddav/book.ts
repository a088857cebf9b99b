// The book as one viewer may see it: its cards a thousand at a time, whatever of them is asked for, and what has changed since
// the client looked. Visibility is that of LDAP: settings `visibility` and `skipGroups`, and nobody who is hidden.
import { createHash } from 'node:crypto';
import { domainOfKey } from '@pochtar/mail';
import { cardUid, type VcardVersion, type WrittenCard, writeVcard } from '@pochtar/mail/cards';
import {
  type BookCard,
  type BookState,
  type CardFilter,
  changedKeys,
  contactIdOf,
  readBookState,
  readCards,
  readCardsOf,
  readPhotos,
} from '@pochtar/store/book';
import type { Queryable } from '@pochtar/store/db';
import type { CardNames } from './paths.ts';

const PAGE = 1000;
/** Photos that are in memory at a time. */
const WITH_PHOTOS = 50;
/** A change of what is written makes every card another one. */
const WRITER = 1;

export interface ShownCard {
  name: string;
  etag: string;
  card: Omit<WrittenCard, 'photo'> & { hasPhoto: boolean };
  key: string;
}

export class ViewedBook {
  readonly #db: Queryable;
  readonly #names: CardNames;
  readonly #filter: CardFilter;

  constructor(db: Queryable, names: CardNames, filter: CardFilter) {
    this.#db = db;
    this.#names = names;
    this.#filter = filter;
  }

  /** All of them. */
  async *pages(): AsyncGenerator<ShownCard[]> {
    let after = '';
    for (;;) {
      const rows = await readCards(this.#db, this.#filter, { after, limit: PAGE });
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map((row) => this.#shown(row));
      if (rows.length < PAGE) return;
      after = last.key;
    }
  }

  /** Those that are there, by name. */
  async named(names: readonly string[]): Promise<Map<string, ShownCard>> {
    const keys = names.flatMap((name) => this.#names.keyOf(name) ?? []);
    return new Map((await this.#ofKeys(keys)).map((shown) => [shown.name, shown]));
  }

  async #ofKeys(keys: readonly string[]): Promise<ShownCard[]> {
    const rows = keys.length === 0 ? [] : await readCardsOf(this.#db, this.#filter, keys);
    return rows.map((row) => this.#shown(row));
  }

  /** What has changed since, a page at a time: cards that are there, and names of those that are not; null: ask for all. */
  async changedSince(
    horizon: string,
  ): Promise<AsyncGenerator<{ there: ShownCard[]; gone: string[] }> | null> {
    const keys = await changedKeys(this.#db, horizon);
    // What is of another domain was never shown.
    return keys === null ? null : this.#changes(keys.filter((key) => this.#mayBeSeen(key)));
  }

  async *#changes(keys: readonly string[]): AsyncGenerator<{ there: ShownCard[]; gone: string[] }> {
    for (let at = 0; at < keys.length; at += PAGE) {
      const piece = keys.slice(at, at + PAGE);
      const there = await this.#ofKeys(piece);
      const present = new Set(there.map(({ key }) => key));
      yield { there, gone: piece.filter((key) => !present.has(key)).map((key) => this.#names.of(key)) };
    }
  }

  #mayBeSeen(key: string): boolean {
    const { domain } = this.#filter;
    return domain === null || contactIdOf(key) !== null || domainOfKey(key) === domain;
  }

  /** The cards with their vCards, photos and all. */
  async *written(
    cards: readonly ShownCard[],
    version: VcardVersion,
  ): AsyncGenerator<{ shown: ShownCard; vcard: string }> {
    for (let at = 0; at < cards.length; at += WITH_PHOTOS) {
      const piece = cards.slice(at, at + WITH_PHOTOS);
      const wanted = piece.filter(({ card }) => card.hasPhoto).map(({ key }) => key);
      const photos = wanted.length === 0 ? new Map<string, Buffer>() : await readPhotos(this.#db, wanted);
      for (const shown of piece) {
        yield { shown, vcard: writeVcard({ ...shown.card, photo: photos.get(shown.key) }, version) };
      }
    }
  }

  state(): Promise<BookState> {
    return readBookState(this.#db);
  }

  #shown(row: BookCard): ShownCard {
    const { key, address, displayName, contact, photoAt } = row;
    const named = `${contact.givenName ?? ''} ${contact.surname ?? ''}`.trim();
    const name = displayName || named || address;
    const card = { uid: cardUid(key), name, address, contact, hasPhoto: photoAt !== null };
    const written = JSON.stringify([WRITER, address, name, contact, photoAt]);
    const etag = `"${createHash('sha256').update(written).digest('base64url').slice(0, 22)}"`;
    return { key, name: this.#names.of(key), etag, card };
  }
}
