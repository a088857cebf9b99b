// Who and what the book knows: people, groups and external contacts as they are kept in memory. What can be made from these few fields is made
// when it is asked for, because there are a hundred thousand of them.
import { addressOfKey } from '@pochtar/mail';
import { type Contact, firstNames, lastName } from '@pochtar/mail/contact';
import { bookKeyOf } from '@pochtar/store/book';
import { fold } from '../schema/fold.ts';
import { MAX_WORDS, placeInName, type Words, wordsAt } from './name-parts.ts';
import { packContact, unpackField } from './packed-contact.ts';

export interface Person {
  readonly kind: 'person';
  readonly address: string;
  readonly domain: string;
  readonly displayName: string;
  /** Other addresses that lead to this person alone. */
  readonly aliases: readonly string[];
  /** A session ends when its person has come to another one. */
  readonly epoch: number;
  /** The display name, or what stands for it, as it is compared. */
  readonly foldedName: string;
  /** Of contact fields what is not in the name (packed-contact.ts). */
  readonly contact: string;
  /** Whether it is hidden and has a photo, and which words of the name are its parts, in one number. */
  readonly marks: number;
}

export interface Group {
  readonly kind: 'group';
  readonly address: string;
  readonly domain: string;
  readonly displayName: string;
  /** Address keys, of this server or not. */
  readonly members: readonly string[];
  readonly foldedName: string;
}

/** Somebody outside, in the book of `domain`: it has no log-in, and other domains may have one with the same address. */
export interface ExternalPerson
  extends Pick<Person, 'address' | 'domain' | 'displayName' | 'foldedName' | 'contact' | 'marks'> {
  readonly kind: 'contact';
  readonly id: number;
}

/** Who has a name, and not only one for all of its members. */
export type Somebody = Person | ExternalPerson;
export type BookEntry = Somebody | Group;

export interface PersonRow {
  address: string;
  displayName: string;
  domain: string;
  epoch: number;
  aliases: readonly string[];
  contact?: Contact;
  isHidden?: boolean;
  hasPhoto?: boolean;
}

export interface ExternalRow extends Pick<PersonRow, 'address' | 'displayName' | 'domain' | 'contact'> {
  id: number;
  hasPhoto?: boolean;
}

export interface GroupRow {
  address: string;
  name: string;
  domain: string;
  members: readonly string[];
}

const HIDDEN = 1;
const PHOTO = 2;
/** Of each part of a name four bits where it begins and four where it ends; 0: it is none. */
const WORD = MAX_WORDS + 1;
const SURNAME = 4;
const GIVEN_NAME = SURNAME * WORD * WORD;

const NONE: readonly string[] = [];
/** Each domain is kept once, and not once for each of its people. */
const domains = new Map<string, string>();

export function person(row: PersonRow): Person {
  const { address, domain, epoch, aliases } = row;
  const { displayName, foldedName, contact, marks } = namesOf(row, row.isHidden === true);
  return {
    kind: 'person',
    address,
    domain: kept(domain),
    displayName,
    aliases: aliases.length === 0 ? NONE : aliases,
    epoch,
    foldedName,
    contact,
    marks,
  };
}

export function external(row: ExternalRow): ExternalPerson {
  const { address, domain, id } = row;
  const { displayName, foldedName, contact, marks } = namesOf(row, false);
  return { kind: 'contact', id, address, domain: kept(domain), displayName, foldedName, contact, marks };
}

/** What is kept of names and contact fields. */
function namesOf(
  row: Pick<PersonRow, 'address' | 'displayName' | 'contact' | 'hasPhoto'>,
  isHiddenNow: boolean,
): Pick<Person, 'displayName' | 'foldedName' | 'contact' | 'marks'> {
  const { address, contact = {} } = row;
  const { givenName = '', surname = '', ...others } = contact;
  const displayName = row.displayName === '' ? `${givenName} ${surname}`.trim() : row.displayName;
  const foldedName = foldedNameOf(displayName, address);
  const place = (part: string) => (part === '' ? null : placeInName(part, displayName, foldedName));
  const [last, first] = [place(surname), place(givenName)];
  return {
    displayName,
    foldedName,
    contact: packContact({
      ...others,
      ...(last === null && { surname }),
      ...(first === null && { givenName }),
    }),
    marks:
      (isHiddenNow ? HIDDEN : 0) +
      (row.hasPhoto === true ? PHOTO : 0) +
      numberOf(last) * SURNAME +
      numberOf(first) * GIVEN_NAME,
  };
}

export function group({ address, name, domain, members }: GroupRow): Group {
  const foldedName = foldedNameOf(name, address);
  return { kind: 'group', address, domain: kept(domain), displayName: name, members, foldedName };
}

function numberOf(words: Words | null): number {
  return words === null ? 0 : words.from * WORD + words.to;
}

/** null: the part is not in the name. */
function wordsIn(marks: number, part: number): Words | null {
  const number = Math.floor(marks / part) % (WORD * WORD);
  return number === 0 ? null : { from: Math.floor(number / WORD), to: number % WORD };
}

function kept(domain: string): string {
  const known = domains.get(domain);
  if (known === undefined) domains.set(domain, domain);
  return known ?? domain;
}

function foldedNameOf(name: string, address: string): string {
  const folded = fold(name === '' ? localPart(address) : name);
  // The same text is kept once.
  return folded === name ? name : folded;
}

export function localPart(address: string): string {
  return addressOfKey(address).localPart;
}

/** What the entry goes by in the list of changes: people and groups by their address. */
export function keyOf(entry: BookEntry): string {
  return entry.kind === 'contact' ? bookKeyOf(entry) : entry.address;
}

/** Nobody sees it. */
export function isHidden(entry: BookEntry): boolean {
  return entry.kind === 'person' && entry.marks % 2 === HIDDEN;
}

export function hasPhoto(entry: BookEntry): boolean {
  return entry.kind !== 'group' && Math.floor(entry.marks / PHOTO) % 2 === 1;
}

/** What the entry is called: a mailbox without a name is called by its own. */
export function commonName({ displayName, address }: BookEntry): string {
  return displayName === '' ? localPart(address) : displayName;
}

/** As it is written. There is always one. */
export function surnameOf(entry: Somebody): string {
  return partOf(entry, SURNAME, commonName(entry)) ?? lastName(commonName(entry));
}

export function foldedSurname(entry: Somebody): string {
  return foldedPart(partOf(entry, SURNAME, entry.foldedName), entry) ?? lastName(entry.foldedName);
}

/** As it is written; '' when there is none. */
export function givenNameOf(entry: Somebody): string {
  return partOf(entry, GIVEN_NAME, commonName(entry)) ?? othersThanSurname(entry, commonName(entry));
}

export function foldedGivenName(entry: Somebody): string {
  return (
    foldedPart(partOf(entry, GIVEN_NAME, entry.foldedName), entry) ??
    othersThanSurname(entry, entry.foldedName)
  );
}

/** Where a surname was given and no given name, nothing is guessed. */
function othersThanSurname(entry: Somebody, name: string): string {
  return partOf(entry, SURNAME, name) === null ? firstNames(name) : '';
}

/** A part of the name that was given; null when none was. `name` is that of the entry, written or folded. */
function partOf({ marks, contact }: Somebody, part: number, name: string): string | null {
  const words = wordsIn(marks, part);
  if (words !== null) return wordsAt(name, words);
  const own = unpackField(contact, part === SURNAME ? 'surname' : 'givenName');
  return own === '' ? null : own;
}

/** Parts that are words of the folded name are folded already. */
function foldedPart(part: string | null, { foldedName }: Somebody): string | null {
  return part === null || foldedName.includes(part) ? part : fold(part);
}
