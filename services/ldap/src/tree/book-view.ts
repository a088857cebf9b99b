// A person, a group or an external contact of the book as an entry below a base. Values are made when they are asked for.
import { type ContactField, escapeDnValue } from '@pochtar/mail/contact';
import {
  type BookEntry,
  commonName,
  givenNameOf,
  type Group,
  hasPhoto,
  keyOf,
  localPart,
  type Somebody,
  surnameOf,
} from '../directory/book-entry.ts';
import { keysOf, type KeyName } from '../directory/book.ts';
import { unpackField } from '../directory/packed-contact.ts';
import type { Dn } from '../protocol/dn.ts';
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
  /** Who gets what is sent to the address, if the viewer may see it. */
  readonly visible: (address: string) => BookEntry | null;
  /** The address of the entry with the key; the key itself where it is one, or nobody's. */
  readonly addressAt: (key: string) => string;
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
    return [[rdnOf(this.entry)], [{ type: 'ou', value: unitOf(this.entry) }], ...this.#around.base.name];
  }

  get dn(): string {
    return dnOf(this.entry, this.#around.base);
  }

  get attributes(): readonly string[] {
    return this.entry.kind === 'group' ? GROUP_ATTRIBUTES : PERSON_ATTRIBUTES;
  }

  readonly operational = OPERATIONAL;

  get photoOf(): string | null {
    return hasPhoto(this.entry) ? keyOf(this.entry) : null;
  }

  has(attribute: string): boolean {
    return attribute === PHOTO ? hasPhoto(this.entry) : this.values(attribute).length > 0;
  }

  values(attribute: string): readonly string[] {
    const entry = this.entry;
    switch (attribute) {
      case 'objectClass':
        return entry.kind === 'group' ? GROUP : PERSON;
      case 'cn':
        return [commonName(entry)];
      case 'displayName':
        return [commonName(entry)];
      case 'mail':
        return [entry.address];
      case 'member':
        return entry.kind === 'group' ? this.#members(entry) : [];
      case 'structuralObjectClass':
        return [entry.kind === 'group' ? 'groupOfNames' : 'inetOrgPerson'];
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
    const { base, visible, addressAt } = this.#around;
    const place = placeOf(name, [base], null);
    if (attribute === 'subschemaSubentry') return place.kind === 'subschema';
    if (place.kind !== 'entry') return false;
    const entry = this.entry;
    if (attribute === 'entryDN') return isNamed(entry, place);
    if (attribute !== 'member' || entry.kind !== 'group') return false;
    const address = addressAt(place.key);
    const member = entry.members.includes(address) ? visible(address) : null;
    return member !== null && isNamed(member, place);
  }

  #ofPerson(attribute: string): readonly string[] {
    const entry = this.entry;
    if (entry.kind === 'group') return attribute === 'o' ? [entry.domain] : [];
    switch (attribute) {
      case 'o':
        return [unpackField(entry.contact, 'organisation') || entry.domain];
      case 'sn':
        return [surnameOf(entry)];
      case 'givenName':
        return present(givenNameOf(entry));
      case 'uid':
        return [entry.kind === 'contact' ? keyOf(entry) : localPart(entry.address)];
      case 'mailAlternateAddress':
        return entry.kind === 'contact' ? [] : entry.aliases;
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

function contactValues({ contact }: Somebody, attribute: string): readonly string[] {
  const field = contactAttributes.get(attribute);
  return field === undefined ? [] : present(unpackField(contact, field));
}

function present(value: string): readonly string[] {
  return value === '' ? [] : [value];
}

export function unitOf({ kind }: BookEntry): UnitName {
  return kind === 'group' ? 'groups' : 'people';
}

/** External contacts stand among the people: clients look for names below the base, or below `ou=people`. */
function rdnOf(entry: BookEntry): { type: string; value: string } {
  return entry.kind === 'contact'
    ? { type: 'uid', value: keyOf(entry) }
    : { type: 'mail', value: entry.address };
}

function isNamed(entry: BookEntry, { key, unit }: { key: string; unit: UnitName }): boolean {
  return keyOf(entry) === key && unitOf(entry) === unit;
}

export function dnOf(entry: BookEntry, base: Base): string {
  const { type, value } = rdnOf(entry);
  return `${type}=${escapeDnValue(value)},ou=${unitOf(entry)},${base.dn}`;
}
