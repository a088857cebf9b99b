// What the address book says of a person beside name and address: which fields there are, and what fits into each.
import { trimBlanks } from './blanks.ts';

export { escapeDnValue } from './dn-value.ts';
export { firstNames, lastName } from './person-names.ts';

export const contactFields = [
  'givenName',
  'surname',
  'jobTitle',
  'department',
  'organisation',
  'workPhone',
  'mobilePhone',
  'homePhone',
  'fax',
  'office',
  'postalAddress',
] as const;
export type ContactField = (typeof contactFields)[number];

/** The fields that are there. Where something is changed: those that change, '' takes one away. */
export type Contact = Partial<Record<ContactField, string | undefined>>;

const phones: ReadonlySet<ContactField> = new Set(['workPhone', 'mobilePhone', 'homePhone', 'fax']);

/** Characters; one from outside of the first plane counts twice. */
export function contactLimit(field: ContactField): number {
  return phones.has(field) ? 64 : 200;
}

export type ContactProblem = 'tooLong' | 'notOneLine' | 'noPhone';

/** One line, without space around it, as it is kept. */
export function tidyContactValue(value: string): string {
  return trimBlanks(value.normalize('NFC').replace(/[\t\p{Zs}]+/gu, ' '));
}

/** What is wrong with a tidy value; null: nothing. */
export function contactProblem(field: ContactField, value: string): ContactProblem | null {
  if (value.length > contactLimit(field)) return 'tooLong';
  if (!isOneLine(value)) return 'notOneLine';
  // People write extensions and names of switchboards beside the number.
  if (value !== '' && phones.has(field) && (value.match(/\d/g)?.length ?? 0) < 2) return 'noPhone';
  return null;
}

export function isOneLine(value: string): boolean {
  return !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(value);
}
