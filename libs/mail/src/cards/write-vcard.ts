// Somebody of the address book as a vCard: 4.0 (RFC 6350), or 3.0 (RFC 2426) for programs that know no other.
import type { Contact, ContactField } from '../contact.ts';
import { firstNames, lastName } from '../person-names.ts';

export type VcardVersion = '3.0' | '4.0';

export interface WrittenCard {
  /** The same for the same person for ever. */
  uid: string;
  /** What somebody is called; there is always something. */
  name: string;
  address: string;
  otherAddresses?: readonly string[];
  contact: Contact;
  photo?: Buffer | null | undefined;
}

/** RFC 6350 §3.2: octets of a line without its end. */
const MAX_LINE = 75;

export function writeVcard(card: WrittenCard, version: VcardVersion): string {
  const { contact, name } = card;
  const isNew = version === '4.0';
  const field = (of: ContactField): string => contact[of] ?? '';
  const [surname, given] = namesOf(card);
  const lines = [
    'BEGIN:VCARD',
    `VERSION:${version}`,
    `UID:${escaped(card.uid)}`,
    `FN:${escaped(name)}`,
    `N:${[surname, given, '', '', ''].map(escaped).join(';')}`,
    // RFC 6350 §5.3, RFC 2426 §3.3.2: which of several is preferred is written in two ways.
    property(`EMAIL;TYPE=${isNew ? 'work;PREF=1' : 'INTERNET,WORK,PREF'}`, card.address),
    ...(card.otherAddresses ?? []).map((one) =>
      property(`EMAIL;TYPE=${isNew ? 'work' : 'INTERNET,WORK'}`, one),
    ),
    property(telephone('work', isNew), field('workPhone')),
    property(telephone('cell', isNew), field('mobilePhone')),
    property(telephone('home', isNew), field('homePhone')),
    property(isNew ? 'TEL;TYPE="work,fax"' : 'TEL;TYPE=WORK,FAX', field('fax')),
    property('TITLE', field('jobTitle')),
    structured('ORG', [field('organisation'), field('department')]),
    structured(`ADR;TYPE=${isNew ? 'work' : 'WORK'}`, [
      ...['', field('office'), field('postalAddress'), '', '', '', ''],
    ]),
    photoLine(card.photo ?? null, isNew),
    'END:VCARD',
  ];
  return lines.flatMap((line) => (line === null ? [] : [`${folded(line)}\r\n`])).join('');
}

/** Those that were given, or else as the name looks like. */
function namesOf({ contact: { surname, givenName }, name }: WrittenCard): [string, string] {
  if (surname !== undefined || givenName !== undefined) return [surname ?? '', givenName ?? ''];
  return [lastName(name), firstNames(name)];
}

function telephone(kind: 'work' | 'cell' | 'home', isNew: boolean): string {
  return `TEL;TYPE=${isNew ? kind : kind.toUpperCase()}`;
}

function property(name: string, value: string): string | null {
  return value === '' ? null : `${name}:${escaped(value)}`;
}

function structured(name: string, parts: readonly string[]): string | null {
  if (parts.every((part) => part === '')) return null;
  const last = name === 'ORG' ? parts.findLastIndex((part) => part !== '') + 1 : parts.length;
  return `${name}:${parts.slice(0, last).map(escaped).join(';')}`;
}

function photoLine(photo: Buffer | null, isNew: boolean): string | null {
  if (photo === null) return null;
  const data = photo.toString('base64');
  return isNew ? `PHOTO:data:image/jpeg;base64,${data}` : `PHOTO;ENCODING=b;TYPE=JPEG:${data}`;
}

/** RFC 6350 §3.4. Controls have no place in a value. */
function escaped(value: string): string {
  return value
    .replace(/[\\,;]/g, '\\$&')
    .replace(/\r\n|[\r\n]/g, '\\n')
    .replace(/[\p{Cc}\p{Cs}]/gu, '');
}

/** RFC 6350 §3.2: no character is cut. */
function folded(line: string): string {
  const octets = Buffer.from(line);
  if (octets.length <= MAX_LINE) return line;
  const pieces: string[] = [];
  let from = 0;
  while (from < octets.length) {
    // What goes on has a space in front.
    let end = Math.min(octets.length, from + (pieces.length === 0 ? MAX_LINE : MAX_LINE - 1));
    while (end < octets.length && ((octets[end] as number) & 0xc0) === 0x80) end--;
    pieces.push(octets.toString('utf8', from, end));
    from = end;
  }
  return pieces.join('\r\n ');
}
