// People in LDIF (RFC 2849): entries as a directory exports them, and changes (`changetype: modify`) as ldapmodify takes them.
import { trimBlanks } from '../blanks.ts';
import type { Contact, ContactField } from '../contact.ts';
import { type Card, CardNotes, foundCard, noCard, type ReadCard } from './card.ts';
import { type LdifRecord, type LdifValue, readLdifRecords } from './ldif-records.ts';

/** What attributes are called here, by all names that directories and mail programs have for them, in lower case. */
const fields: ReadonlyMap<string, ContactField> = new Map(
  Object.entries({
    givenName: 'givenname gn firstname',
    surname: 'sn surname',
    jobTitle: 'title',
    department: 'ou organizationalunitname department orgunit',
    organisation: 'o organizationname company',
    workPhone: 'telephonenumber workphone',
    mobilePhone: 'mobile mobiletelephonenumber cellphone',
    homePhone: 'homephone hometelephonenumber',
    fax: 'facsimiletelephonenumber fax',
    office: 'physicaldeliveryofficename roomnumber office',
    postalAddress: 'street streetaddress postaladdress',
  } satisfies Record<ContactField, string>).flatMap(([field, names]) =>
    names.split(' ').map((name) => [name, field as ContactField] as const),
  ),
);
const addressNames = new Set(['mail', 'rfc822mailbox', 'email', 'emailaddress']);
const nameNames = new Set(['displayname', 'cn', 'commonname']);
const photoNames = new Set(['jpegphoto', 'thumbnailphoto']);
/** Beside the street, in the order in which they are written behind it. */
const placeNames = ['l', 'localityname', 'st', 'postalcode', 'c', 'countryname', 'co'];
/** Entries that are no people. */
const otherClasses = new Set([
  'organizationalunit',
  'organization',
  'domain',
  'dcobject',
  'country',
  'locality',
]);
const groupClasses = new Set(['groupofnames', 'groupofuniquenames', 'posixgroup', 'mailgroup', 'group']);

/** Entries in the order of the file; those that only hold others are passed over. */
export function* readLdif(file: Buffer): Generator<ReadCard> {
  for (const record of readLdifRecords(file)) {
    const card = cardOf(record);
    if (card !== null) yield card;
  }
}

function cardOf({ line, lines, problem }: LdifRecord): ReadCard | null {
  if (problem !== null) return noCard(line, problem);
  const [dn, ...rest] = lines;
  if (dn === undefined || dn === '-' || dn.attribute !== 'dn') return noCard(line, 'notUnderstood');
  const values = rest.filter((one) => one !== '-');
  const change = trimBlanks(
    values.find(({ attribute }) => attribute === 'changetype')?.text ?? '',
  ).toLowerCase();
  if (change === '' || change === 'add') return entryOf(line, values);
  if (change !== 'modify') return noCard(line, 'removal');
  return changeOf(line, dn.text, rest);
}

function entryOf(line: number, values: readonly LdifValue[]): ReadCard | null {
  const classes = values
    .filter(({ attribute }) => attribute === 'objectclass')
    .map(({ text }) => trimBlanks(text).toLowerCase());
  if (classes.some((one) => groupClasses.has(one))) return noCard(line, 'group');
  if (classes.length > 0 && classes.every((one) => one === 'top' || otherClasses.has(one))) return null;
  const taking = new Taking();
  for (const value of values) taking.take(value);
  return taking.end(line);
}

/** RFC 2849 §2: `replace: title`, its values, and `-`. */
function changeOf(line: number, dn: string, rest: readonly (LdifValue | '-')[]): ReadCard {
  const taking = new Taking();
  const address = /^ *mail *= *((?:\\.|[^,+\\])+)/i.exec(dn)?.[1];
  if (address !== undefined) taking.card.addresses.push(trimBlanks(address.replace(/\\(.)/g, '$1')));
  let verb: string | null = null;
  for (const one of rest) {
    if (one === '-') {
      verb = null;
    } else if (one.attribute === 'changetype') {
      continue;
    } else if (verb === null) {
      verb = one.attribute;
      if (verb !== 'add' && verb !== 'replace' && verb !== 'delete') return noCard(line, 'notUnderstood');
      if (verb !== 'add') taking.clear(trimBlanks(one.text).toLowerCase().split(';')[0] ?? '');
    } else if (verb !== 'delete') {
      taking.take(one);
    }
  }
  return taking.end(line);
}

/** One entry while it is read. */
class Taking {
  readonly card: Card = { displayName: '', addresses: [], contact: {}, photo: null };
  readonly #notes = new CardNotes();
  readonly #places = new Map<string, string>();
  #name: { from: string; text: string } | null = null;

  take({ attribute, octets, text }: LdifValue): void {
    const value = trimBlanks(text.replace(/[ \t\r\n]+/g, ' '));
    const field = fields.get(attribute);
    if (field !== undefined) this.#put(field, attribute === 'postaladdress' ? joined(value) : value);
    else if (addressNames.has(attribute) && value !== '') this.card.addresses.push(value);
    else if (nameNames.has(attribute)) this.#takeName(attribute, value);
    else if (placeNames.includes(attribute)) this.#places.set(attribute, value);
    else if (photoNames.has(attribute)) this.card.photo ??= this.#notes.photo(octets);
  }

  /** What is written without a value is taken away. */
  clear(attribute: string): void {
    const field = fields.get(attribute);
    if (field !== undefined) this.card.contact[field] = '';
  }

  end(line: number): ReadCard {
    this.card.displayName = this.#name?.text ?? '';
    const places = placeNames.flatMap((name) => this.#places.get(name) ?? []).filter((one) => one !== '');
    if (places.length > 0) {
      const street = this.card.contact.postalAddress ?? '';
      this.card.contact.postalAddress = [street, ...places].filter((one) => one !== '').join(', ');
    }
    return foundCard(line, this.card, this.#notes);
  }

  #put(field: ContactField, value: string): void {
    const { contact }: { contact: Contact } = this.card;
    // The first of several is the one that people see.
    if (value !== '' && (contact[field] === undefined || contact[field] === '')) contact[field] = value;
  }

  #takeName(attribute: string, value: string): void {
    if (this.#name === null || (this.#name.from !== 'displayname' && attribute === 'displayname')) {
      this.#name = { from: attribute, text: value };
    }
  }
}

/** RFC 4517 §3.3.28: lines of a postal address stand between dollars. */
function joined(value: string): string {
  return value
    .split('$')
    .map(trimBlanks)
    .filter((one) => one !== '')
    .join(', ')
    .replaceAll('\\24', '$')
    .replace(/\\5c/gi, '\\');
}
