// External contacts and contact details of accounts as they come from files: many at once, each held against what is there.
import type { Contact } from '@pochtar/mail';
import type { Database, Queryable } from '../db.ts';
import { lockBook, putContactPhoto } from './contacts.ts';
import { type Photo, setPhoto } from './photos.ts';
import { type Scope, scopeIds } from './scope.ts';

export interface ImportedPerson {
  /** An address key. */
  address: string;
  /** '' changes nothing. */
  displayName: string;
  contact: Contact;
  /** Undefined changes nothing. */
  photo?: Photo | undefined;
}

export type Imported = 'new' | 'changed' | 'same' | 'unknown' | 'tooMany';

interface Known {
  id: number;
  address: string;
  displayName: string;
  contact: Contact;
  jpeg: Buffer | null;
}

/** What becomes of each, or would with `dryRun`. null: there is no such domain. */
export function importContacts(
  db: Database,
  scope: Scope,
  domain: string,
  people: readonly ImportedPerson[],
  dryRun: boolean,
): Promise<Imported[] | null> {
  return db.transaction(async (tx) => {
    const book = await lockBook(tx, scope, domain);
    if (book === null) return null;
    const known = await knownContacts(tx, book.domainId, people);
    const outcomes: Imported[] = [];
    const changed = new Map<string, Known>();
    let { left } = book;
    for (const person of people) {
      const before = known.get(person.address);
      if (before === undefined && left <= 0) {
        outcomes.push('tooMany');
        continue;
      }
      const outcome = before === undefined ? 'new' : outcomeOf(before, person);
      if (outcome === 'new') left--;
      outcomes.push(outcome);
      // Whoever stands twice in a file is new once.
      const after = merged(before, person);
      known.set(person.address, after);
      if (outcome !== 'same') changed.set(person.address, after);
    }
    if (!dryRun) await putContacts(tx, book.domainId, [...changed.values()], people);
    return outcomes;
  });
}

async function knownContacts(
  tx: Queryable,
  domainId: number,
  people: readonly ImportedPerson[],
): Promise<Map<string, Known>> {
  const rows = await tx.query<Known>({
    text: `select c.id, c.address, c.display_name as "displayName", c.contact, p.jpeg from directory.contact c
      left join directory.contact_photo p on p.contact_id = c.id
      where c.domain_id = $1 and c.address = any($2)`,
    values: [domainId, people.map(({ address }) => address)],
  });
  return new Map(rows.map((row) => [row.address, row]));
}

async function putContacts(
  tx: Queryable,
  domainId: number,
  changed: readonly Known[],
  people: readonly ImportedPerson[],
): Promise<void> {
  const rows = await tx.query<{ id: number; address: string }>({
    text: `insert into directory.contact (domain_id, address, display_name, contact)
      select $1, address, name, contact from unnest($2::text[], $3::text[], $4::jsonb[]) as p(address, name, contact)
      on conflict (domain_id, address) do update
        set display_name = excluded.display_name, contact = excluded.contact returning id, address`,
    values: [domainId, ...columnsOf(changed)],
  });
  const ids = new Map(rows.map(({ id, address }) => [address, id]));
  for (const { address, photo } of people) {
    const id = ids.get(address);
    if (photo !== undefined && id !== undefined) await putContactPhoto(tx, id, photo);
  }
}

function columnsOf(changed: readonly Known[]): [string[], string[], string[]] {
  return [
    changed.map(({ address }) => address),
    changed.map(({ displayName }) => displayName),
    changed.map(({ contact }) => JSON.stringify(contact)),
  ];
}

/** What becomes of each account, or would with `dryRun`; none is made. */
export function importAccountContacts(
  db: Database,
  scope: Scope,
  people: readonly ImportedPerson[],
  dryRun: boolean,
): Promise<Imported[]> {
  return db.transaction(async (tx) => {
    const rows = await tx.query<Known>({
      text: `select a.id, a.address, a.display_name as "displayName", a.contact, p.jpeg from directory.account a
        left join directory.account_photo p on p.account_id = a.id
        where a.address = any($2) and ($1::bigint[] is null or a.domain_id = any($1))
        order by a.id ${dryRun ? '' : 'for no key update of a'}`,
      values: [scopeIds(scope), people.map(({ address }) => address)],
    });
    const known = new Map(rows.map((row) => [row.address, row]));
    const outcomes: Imported[] = [];
    const changed = new Map<string, Known>();
    for (const person of people) {
      const before = known.get(person.address);
      const outcome = before === undefined ? 'unknown' : outcomeOf(before, person);
      outcomes.push(outcome);
      if (before === undefined || outcome === 'same') continue;
      const after = merged(before, person);
      known.set(person.address, after);
      changed.set(person.address, after);
    }
    if (!dryRun) await putAccounts(tx, [...changed.values()], people);
    return outcomes;
  });
}

async function putAccounts(
  tx: Queryable,
  changed: readonly Known[],
  people: readonly ImportedPerson[],
): Promise<void> {
  await tx.query({
    text: `update directory.account a set display_name = p.name, contact = p.contact
      from unnest($1::text[], $2::text[], $3::jsonb[]) as p(address, name, contact) where a.address = p.address`,
    values: columnsOf(changed),
  });
  const touched = new Set(changed.map(({ address }) => address));
  for (const { address, photo } of people) {
    if (photo !== undefined && touched.has(address)) await setPhoto(tx, 'all', address, photo);
  }
}

/** As it is afterwards. */
function merged(before: Known | undefined, { address, displayName, contact, photo }: ImportedPerson): Known {
  const fields = Object.entries({ ...before?.contact, ...contact }).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  return {
    id: before?.id ?? 0,
    address,
    displayName: displayName === '' ? (before?.displayName ?? '') : displayName,
    contact: Object.fromEntries(fields),
    jpeg: photo?.jpeg ?? before?.jpeg ?? null,
  };
}

function outcomeOf(before: Known, person: ImportedPerson): 'changed' | 'same' {
  const after = merged(before, person);
  const isSame =
    after.displayName === before.displayName &&
    sorted(after.contact) === sorted(before.contact) &&
    (person.photo === undefined || before.jpeg?.equals(person.photo.jpeg) === true);
  return isSame ? 'same' : 'changed';
}

function sorted(contact: Contact): string {
  return JSON.stringify(Object.entries(contact).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
