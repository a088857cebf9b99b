// What the address book is made of: people, groups and external contacts, everything at first, then what changed. Transactions are its
// revisions: what is read is right up to every transaction that had ended when the reading began.
import type { Contact } from '@pochtar/mail';
import type { Queryable } from '../db.ts';

export interface BookPerson {
  address: string;
  displayName: string;
  domain: string;
  /** A session ends when its account has come to another one. */
  epoch: number;
  /** It may log in, and is seen by nobody: there is nothing but the address. */
  isHidden: boolean;
  contact: Contact;
  hasPhoto: boolean;
  /** Other addresses that lead to this one alone. */
  aliases: string[];
}

export interface BookGroup {
  address: string;
  name: string;
  domain: string;
  members: string[];
}

/** Somebody outside, in the book of a domain. */
export interface BookContact {
  id: number;
  address: string;
  displayName: string;
  domain: string;
  contact: Contact;
  hasPhoto: boolean;
}

export interface BookChanges {
  /** To be given at the next reading. */
  horizon: string;
  /** All there is, instead of what changed. */
  isWhole: boolean;
  /** Of what was read: addresses of people and groups, and keys of contacts; what is in none of the lists is gone. */
  keys: string[];
  people: BookPerson[];
  groups: BookGroup[];
  contacts: BookContact[];
}

/** An external contact goes by its number: several domains may know one address. No address looks like that. */
const CONTACT = 'contact:';

export function bookKeyOf(contact: { id: number }): string {
  return `${CONTACT}${contact.id}`;
}

/** null: it is the key of a person or a group, its address. */
export function contactIdOf(key: string): number | null {
  return /^contact:[1-9]\d{0,14}$/.test(key) ? Number(key.slice(CONTACT.length)) : null;
}

/** Addresses read by one statement. */
const BATCH = 1000;

/** What became of the book after `known`; null: everything. */
export async function readBookChanges(db: Queryable, known: string | null): Promise<BookChanges> {
  const [state] = await db.query<{ horizon: string; isAhead: boolean }>({
    name: 'book.horizon',
    text: `select pg_snapshot_xmin(pg_current_snapshot())::text as horizon,
      coalesce($1::xid8 > pg_snapshot_xmin(pg_current_snapshot()), false) as "isAhead"`,
    values: [known],
  });
  const { horizon, isAhead } = state as NonNullable<typeof state>;
  // A database that was restored counts its transactions anew.
  if (known === null || isAhead) {
    return { horizon, isWhole: true, keys: [], ...(await readPart(db, null)) };
  }
  const keys = await keysSince(db, known);
  const read: BookParts = { people: [], groups: [], contacts: [] };
  for (let at = 0; at < keys.length; at += BATCH) {
    const { people, groups, contacts } = await readPart(db, keys.slice(at, at + BATCH));
    read.people.push(...people);
    read.groups.push(...groups);
    read.contacts.push(...contacts);
  }
  return { horizon, isWhole: false, keys, ...read };
}

export async function keysSince(db: Queryable, horizon: string): Promise<string[]> {
  const rows = await db.query<{ address: string }>({
    name: 'book.changed',
    text: 'select address from directory.book_change where changed_by >= $1::xid8',
    values: [horizon],
  });
  return rows.map(({ address }) => address);
}

type BookParts = Pick<BookChanges, 'people' | 'groups' | 'contacts'>;

/** Of these keys; null: of all. */
async function readPart(db: Queryable, keys: readonly string[] | null): Promise<BookParts> {
  const ids = keys?.map(contactIdOf).filter((id) => id !== null) ?? null;
  const addresses = keys?.filter((key) => contactIdOf(key) === null) ?? null;
  const [which, values] = addresses === null ? ['', []] : ['where address = any($1::text[])', [addresses]];
  const people = await db.query<BookPerson>({
    text: `select address, display_name as "displayName", domain, epoch, '{}'::text[] as aliases,
        hidden as "isHidden", contact, has_photo as "hasPhoto"
      from directory.person ${which}`,
    values,
  });
  const aliases = await db.query<{ address: string; target: string }>({
    text: `select address, targets[1] as target from directory.person_alias
      ${addresses === null ? '' : 'where targets && $1::text[]'} order by address`,
    values,
  });
  const groups = await db.query<BookGroup>({
    text: `select address, name, domain, members from directory.distribution_group ${which}`,
    values,
  });
  const byAddress = new Map(people.map((person) => [person.address, person]));
  for (const { address, target } of aliases) byAddress.get(target)?.aliases.push(address);
  const contacts = await db.query<BookContact>({
    text: `select id, address, display_name as "displayName", domain, contact, has_photo as "hasPhoto"
      from directory.external_person ${ids === null ? '' : 'where id = any($1::bigint[])'}`,
    values: ids === null ? [] : [ids],
  });
  return { people, groups, contacts };
}
