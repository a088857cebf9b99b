// The contact fields of a person as one text of one octet a character: a hundred thousand objects with a property a field
// would take several times as much. A field is its number and then its value up to a NUL; values that many people share
// (titles, departments) are kept once, and stand here as two digits.
import { type Contact, type ContactField, contactFields } from '@pochtar/mail/contact';

/** Values that are kept for all; more stand with the person. */
const MAX_SHARED = 8192;
const END = '\0';
const DIGITS = 127;

const sharedFields: ReadonlySet<ContactField> = new Set([
  ...(['jobTitle', 'department', 'organisation', 'office', 'postalAddress'] as const),
]);
/** Marks of fields whose value stands here, and of those whose value is kept for all. */
const marks = new Map(
  contactFields.map((field, index) => [
    field,
    { own: String.fromCharCode(index + 1), common: String.fromCharCode(index + 1 + contactFields.length) },
  ]),
);
const markOf = (field: ContactField) => marks.get(field) as { own: string; common: string };

const shared: string[] = [];
const places = new Map<string, number>();

/** '' when there is nothing. */
export function packContact(contact: Contact): string {
  let packed = '';
  for (const field of contactFields) {
    const value = contact[field];
    if (value === undefined || value === '') continue;
    const place = sharedFields.has(field) ? placeOf(value) : null;
    packed +=
      place === null
        ? `${markOf(field).own}${Buffer.from(value).toString('latin1')}${END}`
        : `${markOf(field).common}${String.fromCharCode(place / DIGITS, place % DIGITS)}`;
  }
  // In one piece: what was put together is a tree of its parts in memory.
  return packed === '' ? '' : Buffer.from(packed, 'latin1').toString('latin1');
}

function placeOf(value: string): number | null {
  const known = places.get(value);
  if (known !== undefined || shared.length === MAX_SHARED) return known ?? null;
  places.set(value, shared.length);
  return shared.push(value) - 1;
}

/** '' when there is none. */
export function unpackField(packed: string, field: ContactField): string {
  if (packed === '') return '';
  const { own, common } = markOf(field);
  let at = 0;
  while (at < packed.length) {
    const mark = packed[at] as string;
    if (mark === common) return shared[placeAt(packed, at + 1)] ?? '';
    const isShared = mark.charCodeAt(0) > contactFields.length;
    const end = isShared ? at + 3 : packed.indexOf(END, at);
    if (mark === own) return Buffer.from(packed.slice(at + 1, end), 'latin1').toString();
    at = isShared ? end : end + 1;
  }
  return '';
}

function placeAt(packed: string, at: number): number {
  return packed.charCodeAt(at) * DIGITS + packed.charCodeAt(at + 1);
}
