// The address book as cards: what one viewer may see of it, in the order of the keys, and what has changed.
import type { Contact } from '@pochtar/mail';
import type { Queryable } from '../db.ts';
import { keysSince } from './changes.ts';

export interface BookCard {
  /** As in the list of changes. */
  key: string;
  address: string;
  displayName: string;
  domain: string;
  kind: 'person' | 'group' | 'contact';
  contact: Contact;
  /** When the photo was changed; null: there is none. */
  photoAt: string | null;
}

/** What may be seen. */
export interface CardFilter {
  /** null: of all domains. */
  domain: string | null;
  withGroups: boolean;
}

const SELECT = `select key, address, display_name as "displayName", domain, kind, contact, photo_at::text as "photoAt"
  from directory.card where ($1::text is null or domain = $1) and ($2 or kind <> 'group')`;

/** So many after a key, in the order of the keys. */
export function readCards(
  db: Queryable,
  { domain, withGroups }: CardFilter,
  { after, limit }: { after: string; limit: number },
): Promise<BookCard[]> {
  return db.query<BookCard>({
    name: 'book.cards',
    text: `${SELECT} and key > $3 order by key limit $4`,
    values: [domain, withGroups, after, limit],
  });
}

/** Those of the keys that are there and may be seen, in no order. */
export function readCardsOf(
  db: Queryable,
  { domain, withGroups }: CardFilter,
  keys: readonly string[],
): Promise<BookCard[]> {
  return db.query<BookCard>({
    name: 'book.cards_of',
    text: `${SELECT} and key = any($3::text[])`,
    values: [domain, withGroups, keys],
  });
}

export interface BookState {
  /** What is read from now on is right up to every transaction before this one. */
  horizon: string;
  /** Another number after every change, and only then. */
  version: string;
}

export async function readBookState(db: Queryable): Promise<BookState> {
  const [state] = await db.query<BookState>({
    name: 'book.state',
    text: `select pg_snapshot_xmin(pg_current_snapshot())::text as horizon,
      (select coalesce(sum(changed_by::text::numeric), 0)::text || '.' || count(*) from directory.book_change) as version`,
  });
  return state as BookState;
}

/** Keys of what has changed since; null: the database has been restored, and its transactions are others. */
export async function changedKeys(db: Queryable, horizon: string): Promise<string[] | null> {
  const [state] = await db.query<{ isAhead: boolean }>({
    name: 'book.is_ahead',
    text: 'select $1::xid8 > pg_snapshot_xmin(pg_current_snapshot()) as "isAhead"',
    values: [horizon],
  });
  if (state?.isAhead !== false) return null;
  return keysSince(db, horizon);
}

/** Who looks, if it may still log in. Of somebody hidden too. */
export async function findViewer(
  db: Queryable,
  address: string,
): Promise<{ address: string; domain: string; epoch: number } | null> {
  const [row] = await db.query<{ address: string; domain: string; epoch: number }>({
    name: 'book.viewer',
    text: 'select address, domain, epoch from directory.person where address = $1',
    values: [address],
  });
  return row ?? null;
}
