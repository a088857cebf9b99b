// The contact fields of a mailbox, in the order in which they are shown.
import type { Answer } from '../../api/client.ts';

export type Account = Answer<'GET /accounts/:address'>['account'];
export type Contact = Account['contact'];
export type ContactField = keyof Contact;

/** The kind of input of each. */
export const contactTypes = {
  givenName: 'text',
  surname: 'text',
  jobTitle: 'text',
  department: 'text',
  organisation: 'text',
  workPhone: 'tel',
  mobilePhone: 'tel',
  homePhone: 'tel',
  fax: 'tel',
  office: 'text',
  postalAddress: 'text',
} satisfies Record<ContactField, 'text' | 'tel'>;

export const contactFields = Object.keys(contactTypes) as ContactField[];

/** What differs: '' takes a field away. */
export function changedFields(before: Contact, after: Contact): Contact {
  return Object.fromEntries(
    contactFields
      .map((field) => [field, after[field]?.trim() ?? ''] as const)
      .filter(([field, value]) => value !== (before[field] ?? '')),
  );
}
