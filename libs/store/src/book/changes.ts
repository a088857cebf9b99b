// What the address book is made of: people and groups, everything at first, then what changed. Transactions are its
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

export interface BookChanges {
  /** To be given at the next reading. */
  horizon: string;
  /** All there is, instead of what changed. */
  isWhole: boolean;
  /** Addresses that were read; what is not among people and groups is gone. */
  addresses: string[];
  people: BookPerson[];
  groups: BookGroup[];
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
    return { horizon, isWhole: true, addresses: [], ...(await readPart(db, null)) };
  }
  const rows = await db.query<{ address: string }>({
    name: 'book.changed',
    text: 'select address from directory.book_change where changed_by >= $1::xid8',
    values: [known],
  });
  const addresses = rows.map(({ address }) => address);
  const read: Pick<BookChanges, 'people' | 'groups'> = { people: [], groups: [] };
  for (let at = 0; at < addresses.length; at += BATCH) {
    const { people, groups } = await readPart(db, addresses.slice(at, at + BATCH));
    read.people.push(...people);
    read.groups.push(...groups);
  }
  return { horizon, isWhole: false, addresses, ...read };
}

/** Of these addresses; null: of all. */
async function readPart(
  db: Queryable,
  addresses: readonly string[] | null,
): Promise<Pick<BookChanges, 'people' | 'groups'>> {
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
  return { people, groups };
}
