// A person or a group of the book as an entry below a base. Values are made when they are asked for.
import type { ContactField } from '@pochtar/mail/contact';
import {
  type BookEntry,
  commonName,
  givenNameOf,
  type Group,
  hasPhoto,
  localPart,
  type Person,
  surnameOf,
} from '../directory/book-entry.ts';
import { keysOf, type KeyName } from '../directory/book.ts';
import { unpackField } from '../directory/packed-contact.ts';
import { type Dn, escapeValue } from '../protocol/dn.ts';
import { writtenOnce } from '../protocol/response.ts';
import { foldAs, PHOTO } from '../schema/attributes.ts';
import { classChain } from '../schema/object-classes.ts';
import { type Base, placeOf, type UnitName } from './bases.ts';
import type { DirectoryEntry } from './entry.ts';
import { SUBSCHEMA_DN } from './fixed-entry.ts';

/** Members of a group that are named: an entry is sent in one piece. */
export const MAX_MEMBERS = 5000;

/** What is seen beside an entry. */
export interface Surroundings {
  readonly base: Base;
  /** The entry under an address, if the viewer may see it. */
  readonly visible: (address: string) => BookEntry | null;
}

const PERSON = writtenOnce(classChain('inetOrgPerson'));
const GROUP = writtenOnce(classChain('groupOfNames'));
const OPERATIONAL = ['structuralObjectClass', 'entryDN', 'subschemaSubentry', 'hasSubordinates'];
/** What contact fields are called in LDAP; the organisation stands in `o` with the others. */
const contactAttributes: ReadonlyMap<string, ContactField> = new Map([
  ['title', 'jobTitle'],
  ['ou', 'department'],
  ['telephoneNumber', 'workPhone'],
  ['mobile', 'mobilePhone'],
  ['homePhone', 'homePhone'],
  ['facsimileTelephoneNumber', 'fax'],
  ['physicalDeliveryOfficeName', 'office'],
  ['street', 'postalAddress'],
]);
const PERSON_ATTRIBUTES = [
  ...['objectClass', 'cn', 'sn', 'givenName', 'displayName', 'mail', 'mailAlternateAddress', 'uid', 'o'],
  ...[...contactAttributes.keys(), PHOTO],
];
const GROUP_ATTRIBUTES = ['objectClass', 'cn', 'displayName', 'mail', 'o', 'member'];

/** Attributes whose compared form is kept or quickly made. */
const keyed: ReadonlySet<string> = new Set<KeyName>([
  'mail',
  'mailAlternateAddress',
  'cn',
  'sn',
  'givenName',
]);

export class BookView implements DirectoryEntry {
  readonly entry: BookEntry;
  readonly #around: Surroundings;
  /** Of a group, once they were asked for: a filter may ask again and again. */
  #named: string[] | undefined;

  constructor(entry: BookEntry, around: Surroundings) {
    this.entry = entry;
    this.#around = around;
  }

  get name(): Dn {
    const own = [{ type: 'mail', value: this.entry.address }];
    return [own, [{ type: 'ou', value: unitOf(this.entry) }], ...this.#around.base.name];
  }

  get dn(): string {
    return dnOf(this.entry, this.#around.base);
  }

  get attributes(): readonly string[] {
    return this.entry.kind === 'person' ? PERSON_ATTRIBUTES : GROUP_ATTRIBUTES;
  }

  readonly operational = OPERATIONAL;

  get photoOf(): string | null {
    return hasPhoto(this.entry) ? this.entry.address : null;
  }

  has(attribute: string): boolean {
    return attribute === PHOTO ? hasPhoto(this.entry) : this.values(attribute).length > 0;
  }

  values(attribute: string): readonly string[] {
    const entry = this.entry;
    switch (attribute) {
      case 'objectClass':
        return entry.kind === 'person' ? PERSON : GROUP;
      case 'cn':
        return [commonName(entry)];
      case 'displayName':
        return [commonName(entry)];
      case 'mail':
        return [entry.address];
      case 'member':
        return entry.kind === 'group' ? this.#members(entry) : [];
      case 'structuralObjectClass':
        return [entry.kind === 'person' ? 'inetOrgPerson' : 'groupOfNames'];
      case 'entryDN':
        return [this.dn];
      case 'subschemaSubentry':
        return [SUBSCHEMA_DN];
      case 'hasSubordinates':
        return ['FALSE'];
      default:
        return this.#ofPerson(attribute);
    }
  }

  folded(attribute: string): readonly string[] {
    if (attribute === 'displayName') return keysOf(this.entry, 'cn');
    return keyed.has(attribute)
      ? keysOf(this.entry, attribute as KeyName)
      : this.values(attribute).map(foldAs(attribute));
  }

  hasName(attribute: string, name: Dn): boolean {
    const { base, visible } = this.#around;
    const place = placeOf(name, [base], null);
    if (attribute === 'subschemaSubentry') return place.kind === 'subschema';
    if (place.kind !== 'entry') return false;
    const entry = this.entry;
    if (attribute === 'entryDN') return place.address === entry.address && place.unit === unitOf(entry);
    if (attribute !== 'member' || entry.kind !== 'group' || !entry.members.includes(place.address))
      return false;
    const member = visible(place.address);
    return member !== null && unitOf(member) === place.unit;
  }

  #ofPerson(attribute: string): readonly string[] {
    const entry = this.entry;
    if (entry.kind !== 'person') return attribute === 'o' ? [entry.domain] : [];
    switch (attribute) {
      case 'o':
        return [unpackField(entry.contact, 'organisation') || entry.domain];
      case 'sn':
        return [surnameOf(entry)];
      case 'givenName':
        return present(givenNameOf(entry));
      case 'uid':
        return [localPart(entry.address)];
      case 'mailAlternateAddress':
        return entry.aliases;
      default:
        return contactValues(entry, attribute);
    }
  }

  /** Those of the book that may be seen: who else gets the group's mail is not in the book. */
  #members({ members }: Group): string[] {
    if (this.#named !== undefined) return this.#named;
    const names: string[] = [];
    for (const address of members) {
      const member = this.#around.visible(address);
      if (member !== null) names.push(dnOf(member, this.#around.base));
      if (names.length === MAX_MEMBERS) break;
    }
    this.#named = names;
    return names;
  }
}

function contactValues({ contact }: Person, attribute: string): readonly string[] {
  const field = contactAttributes.get(attribute);
  return field === undefined ? [] : present(unpackField(contact, field));
}

function present(value: string): readonly string[] {
  return value === '' ? [] : [value];
}

export function unitOf({ kind }: BookEntry): UnitName {
  return kind === 'person' ? 'people' : 'groups';
}

export function dnOf(entry: BookEntry, base: Base): string {
  return `mail=${escapeValue(entry.address)},ou=${unitOf(entry)},${base.dn}`;
}
