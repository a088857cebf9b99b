// External contacts: people outside whom the address book of a domain names. Addresses are address keys, as everywhere; one
// that several domains know is one contact of each.
import type { Contact } from '@pochtar/mail';
import { type Database, type Queryable, sqlState } from '../db.ts';
import { contactDocument } from './accounts.ts';
import type { Photo } from './photos.ts';
import { containing, type PageOptions, type Scope, scopeIds } from './scope.ts';

/** Of one domain: every replica of the LDAP service keeps them in memory. */
export const MAX_CONTACTS = 10_000;
const UNIQUE_VIOLATION = '23505';

export interface ExternalContact {
  id: number;
  /** Whose book it stands in. */
  domain: string;
  address: string;
  displayName: string;
  contact: Contact;
  hasPhoto: boolean;
  createdAt: Date;
}

/** Which one: its number is for the book alone. */
export interface ContactName {
  domain: string;
  address: string;
}

const SELECT = `select c.id, d.name as domain, c.address, c.display_name as "displayName", c.contact,
  c.created_at as "createdAt", exists (select from directory.contact_photo p where p.contact_id = c.id) as "hasPhoto"
  from directory.contact c join directory.domain d on d.id = c.domain_id
  where ($1::bigint[] is null or c.domain_id = any($1))`;

/** In the order of their addresses and then of the domains; `after` is a `contactKey`. */
export function listContacts(db: Queryable, page: PageOptions): Promise<ExternalContact[]> {
  const [address = null, domain = null] = page.after === undefined ? [] : partsOfKey(page.after);
  return db.query<ExternalContact>({
    text: `${SELECT} and ($2::text is null or d.name = $2)
      and ($3::text is null or c.address like lower($3) or c.display_name ilike $3 or c.contact ->> 'organisation' ilike $3)
      and ($4::text is null or (c.address, d.name) > ($4, $5)) order by c.address, d.name limit $6`,
    values: [scopeIds(page.scope), page.domain ?? null, containing(page.search), address, domain, page.limit],
  });
}

/** What a page begins after. */
export function contactKey({ address, domain }: ContactName): string {
  return `${address} ${domain}`;
}

/** A local part in quotes may have spaces, a domain has none. */
function partsOfKey(key: string): [string, string] {
  const space = key.lastIndexOf(' ');
  return space < 0 ? [key, ''] : [key.slice(0, space), key.slice(space + 1)];
}

export async function findContact(
  db: Queryable,
  scope: Scope,
  { domain, address }: ContactName,
): Promise<ExternalContact | null> {
  const rows = await db.query<ExternalContact>({
    text: `${SELECT} and d.name = $2 and c.address = $3`,
    values: [scopeIds(scope), domain, address],
  });
  return rows[0] ?? null;
}

export interface NewContact extends ContactName {
  displayName: string;
  contact: Contact;
}

export type ContactMade = 'made' | 'noDomain' | 'exists' | 'tooMany';

export function createContact(db: Database, scope: Scope, made: NewContact): Promise<ContactMade> {
  return db.transaction(async (tx) => {
    const room = await lockBook(tx, scope, made.domain);
    if (room === null) return 'noDomain';
    const rows = await tx.query({
      text: `insert into directory.contact (domain_id, address, display_name, contact)
        select $1, $2, $3, jsonb_strip_nulls($4::jsonb)
        where $5 > 0 or exists (select from directory.contact where domain_id = $1 and address = $2)
        on conflict do nothing returning id`,
      values: [room.domainId, made.address, made.displayName, contactDocument(made.contact), room.left],
    });
    if (rows.length > 0) return 'made';
    const isThere = (await findContact(tx, scope, made)) !== null;
    return isThere ? 'exists' : 'tooMany';
  });
}

/**
 * Keeps out whoever else adds contacts to the domain, so that it gets no more than fit, and answers how many still do.
 * null: there is no such domain.
 */
export async function lockBook(
  tx: Queryable,
  scope: Scope,
  domain: string,
): Promise<{ domainId: number; left: number } | null> {
  const [row] = await tx.query<{ id: number }>({
    text: `select id from directory.domain
      where name = $2 and ($1::bigint[] is null or id = any($1)) for no key update`,
    values: [scopeIds(scope), domain],
  });
  if (row === undefined) return null;
  // Counted in a statement of its own: that of the lock does not see what was committed while it waited.
  const [{ count } = { count: 0 }] = await tx.query<{ count: number }>({
    text: 'select count(*) from directory.contact where domain_id = $1',
    values: [row.id],
  });
  return { domainId: row.id, left: MAX_CONTACTS - count };
}

export interface ContactChange {
  newAddress?: string | undefined;
  displayName?: string | undefined;
  /** Fields that are given replace those that are there; '' takes one away. */
  contact?: Contact | undefined;
}

/** Changes the fields that are given. */
export async function updateContact(
  db: Queryable,
  scope: Scope,
  { domain, address }: ContactName,
  change: ContactChange,
): Promise<'changed' | 'notFound' | 'exists'> {
  try {
    const rows = await db.query({
      text: `update directory.contact c set address = coalesce($4, c.address),
          display_name = coalesce($5, c.display_name), contact = jsonb_strip_nulls(c.contact || $6::jsonb)
        from directory.domain d
        where d.id = c.domain_id and d.name = $2 and c.address = $3
          and ($1::bigint[] is null or d.id = any($1)) returning c.id`,
      values: [
        ...[scopeIds(scope), domain, address],
        change.newAddress ?? null,
        change.displayName ?? null,
        contactDocument(change.contact ?? {}),
      ],
    });
    return rows.length > 0 ? 'changed' : 'notFound';
  } catch (error) {
    if (sqlState(error) === UNIQUE_VIOLATION) return 'exists';
    throw error;
  }
}

/** Whether there was such a contact. */
export async function deleteContact(
  db: Queryable,
  scope: Scope,
  { domain, address }: ContactName,
): Promise<boolean> {
  const rows = await db.query({
    text: `delete from directory.contact c using directory.domain d
      where d.id = c.domain_id and d.name = $2 and c.address = $3
        and ($1::bigint[] is null or d.id = any($1)) returning c.id`,
    values: [scopeIds(scope), domain, address],
  });
  return rows.length > 0;
}

/** null: there is none, or no such contact. */
export async function findContactPhoto(
  db: Queryable,
  scope: Scope,
  { domain, address }: ContactName,
): Promise<Photo | null> {
  const rows = await db.query<Photo>({
    text: `select p.jpeg, p.width, p.height from directory.contact_photo p
      join directory.contact c on c.id = p.contact_id join directory.domain d on d.id = c.domain_id
      where d.name = $2 and c.address = $3 and ($1::bigint[] is null or d.id = any($1))`,
    values: [scopeIds(scope), domain, address],
  });
  return rows[0] ?? null;
}

/** null takes it away. Whether there was such a contact. */
export async function setContactPhoto(
  db: Queryable,
  scope: Scope,
  name: ContactName,
  photo: Photo | null,
): Promise<boolean> {
  const contact = await findContact(db, scope, name);
  if (contact === null) return false;
  await putContactPhoto(db, contact.id, photo);
  return true;
}

/** Of a contact that is gone by now: nothing. */
export async function putContactPhoto(db: Queryable, id: number, photo: Photo | null): Promise<void> {
  if (photo === null) {
    await db.query({ text: 'delete from directory.contact_photo where contact_id = $1', values: [id] });
    return;
  }
  await db.query({
    text: `insert into directory.contact_photo (contact_id, jpeg, width, height)
      select id, $2, $3, $4 from directory.contact where id = $1
      on conflict (contact_id) do update
        set jpeg = excluded.jpeg, width = excluded.width, height = excluded.height, changed_at = now()`,
    values: [id, photo.jpeg, photo.width, photo.height],
  });
}
