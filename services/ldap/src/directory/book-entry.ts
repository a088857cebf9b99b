// Who and what the book knows: people and groups as they are kept in memory. What can be made from these few fields is made
// when it is asked for, because there are a hundred thousand of them.
import { addressOfKey } from '@pochtar/mail';
import type { Contact } from '@pochtar/mail/contact';
import { fold } from '../schema/fold.ts';
import { firstNames, lastName, MAX_WORDS, placeInName, type Words, wordsAt } from './name-parts.ts';
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

export type BookEntry = Person | Group;

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
  const { address, domain, epoch, contact = {} } = row;
  const { givenName = '', surname = '', ...others } = contact;
  const displayName = row.displayName === '' ? `${givenName} ${surname}`.trim() : row.displayName;
  const foldedName = foldedNameOf(displayName, address);
  const place = (part: string) => (part === '' ? null : placeInName(part, displayName, foldedName));
  const [last, first] = [place(surname), place(givenName)];
  return {
    kind: 'person',
    address,
    domain: kept(domain),
    displayName,
    aliases: row.aliases.length === 0 ? NONE : row.aliases,
    epoch,
    foldedName,
    contact: packContact({
      ...others,
      ...(last === null && { surname }),
      ...(first === null && { givenName }),
    }),
    marks:
      (row.isHidden === true ? HIDDEN : 0) +
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

/** Nobody sees it. */
export function isHidden(entry: BookEntry): boolean {
  return entry.kind === 'person' && entry.marks % 2 === HIDDEN;
}

export function hasPhoto(entry: BookEntry): boolean {
  return entry.kind === 'person' && Math.floor(entry.marks / PHOTO) % 2 === 1;
}

/** What the entry is called: a mailbox without a name is called by its own. */
export function commonName({ displayName, address }: BookEntry): string {
  return displayName === '' ? localPart(address) : displayName;
}

/** As it is written. There is always one. */
export function surnameOf(entry: Person): string {
  return partOf(entry, SURNAME, commonName(entry)) ?? lastName(commonName(entry));
}

export function foldedSurname(entry: Person): string {
  return foldedPart(partOf(entry, SURNAME, entry.foldedName), entry) ?? lastName(entry.foldedName);
}

/** As it is written; '' when there is none. */
export function givenNameOf(entry: Person): string {
  return partOf(entry, GIVEN_NAME, commonName(entry)) ?? othersThanSurname(entry, commonName(entry));
}

export function foldedGivenName(entry: Person): string {
  return (
    foldedPart(partOf(entry, GIVEN_NAME, entry.foldedName), entry) ??
    othersThanSurname(entry, entry.foldedName)
  );
}

/** Where a surname was given and no given name, nothing is guessed. */
function othersThanSurname(entry: Person, name: string): string {
  return partOf(entry, SURNAME, name) === null ? firstNames(name) : '';
}

/** A part of the name that was given; null when none was. `name` is that of the entry, written or folded. */
function partOf({ marks, contact }: Person, part: number, name: string): string | null {
  const words = wordsIn(marks, part);
  if (words !== null) return wordsAt(name, words);
  const own = unpackField(contact, part === SURNAME ? 'surname' : 'givenName');
  return own === '' ? null : own;
}

/** Parts that are words of the folded name are folded already. */
function foldedPart(part: string | null, { foldedName }: Person): string | null {
  return part === null || foldedName.includes(part) ? part : fold(part);
}
