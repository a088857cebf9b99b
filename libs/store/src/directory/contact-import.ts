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
      const after = merged(before, person);
      if (outcome !== 'same' && !dryRun) after.id = await putContact(tx, book.domainId, after, person);
      // Whoever stands twice in a file is new once.
      known.set(person.address, after);
    }
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

async function putContact(
  tx: Queryable,
  domainId: number,
  { address, displayName, contact }: Known,
  { photo }: ImportedPerson,
): Promise<number> {
  const [row] = await tx.query<{ id: number }>({
    text: `insert into directory.contact (domain_id, address, display_name, contact) values ($1, $2, $3, $4)
      on conflict (domain_id, address) do update
        set display_name = excluded.display_name, contact = excluded.contact returning id`,
    values: [domainId, address, displayName, JSON.stringify(contact)],
  });
  const id = row?.id ?? 0;
  if (photo !== undefined) await putContactPhoto(tx, id, photo);
  return id;
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
    for (const person of people) {
      const before = known.get(person.address);
      const outcome = before === undefined ? 'unknown' : outcomeOf(before, person);
      outcomes.push(outcome);
      if (before === undefined || outcome === 'same') continue;
      const after = merged(before, person);
      if (!dryRun) await putAccount(tx, after, person);
      known.set(person.address, after);
    }
    return outcomes;
  });
}

async function putAccount(
  tx: Queryable,
  { id, address, displayName, contact }: Known,
  { photo }: ImportedPerson,
): Promise<void> {
  await tx.query({
    text: 'update directory.account set display_name = $2, contact = $3 where id = $1',
    values: [id, displayName, JSON.stringify(contact)],
  });
  if (photo !== undefined) await setPhoto(tx, 'all', address, photo);
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
