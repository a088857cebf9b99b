// The contact fields of a mailbox, in the order in which they are shown.
import type { Answer } from '../../api/client.ts';

export type Account = Answer<'GET /accounts/:address'>['account'];
export type Contact = Account['contact'];
export type ContactField = keyof Contact;

/** What each is, as HTML calls it. */
const inOrder = {
  givenName: 'given-name',
  surname: 'family-name',
  jobTitle: 'organization-title',
  department: 'off',
  organisation: 'organization',
  workPhone: 'tel',
  mobilePhone: 'tel',
  homePhone: 'tel',
  fax: 'tel',
  office: 'off',
  postalAddress: 'street-address',
} satisfies Record<ContactField, string>;

export const contactFields = Object.keys(inOrder) as ContactField[];

export function isPhone(field: ContactField): boolean {
  return inOrder[field] === 'tel';
}

/** What differs: '' takes a field away. */
export function changedFields(before: Contact, after: Contact): Contact {
  return Object.fromEntries(
    contactFields
      .map((field) => [field, after[field]?.trim() ?? ''] as const)
      .filter(([field, value]) => value !== (before[field] ?? '')),
  );
}
