// Questions about external contacts: people outside whom the address book of a domain names; the settings process answers.
// A contact is named by the domain and its address: several domains may know one person.
import { z } from 'zod';
import { changesInScope, looksInScope } from './access.ts';
import { contact, jpeg } from './contact.ts';
import { adminQuestion } from './question.ts';

const domain = z.string().min(1).max(255);
const address = z.string().min(1).max(320);
const displayName = z.string().max(200);
const nothing = z.object({});
const named = { domain, address };
const objectOf = (of: { domain: string; address: string }): string => `${of.domain} ${of.address}`;

const external = z.object({
  /** Whose book it stands in. */
  domain: z.string(),
  address: z.string(),
  displayName: z.string(),
  contact,
  hasPhoto: z.boolean(),
  createdAt: z.iso.datetime(),
});
export type ExternalContactInfo = z.infer<typeof external>;

export const adminContact = {
  list: adminQuestion(
    'settings',
    'contact.list',
    'external contacts in the order of their addresses',
    z.object({
      domain: domain.optional(),
      /** In the address, the name or the organisation. */
      search: z.string().max(200).optional(),
      after: z.string().max(700).optional(),
      limit: z.int().min(1).max(500).default(100),
    }),
    z.object({ contacts: z.array(external), next: z.string().nullable() }),
    looksInScope,
  ),
  show: adminQuestion(
    'settings',
    'contact.show',
    'one external contact',
    z.object(named),
    z.object({ contact: external }),
    looksInScope,
  ),
  create: adminQuestion(
    'settings',
    'contact.create',
    'adds an external contact to the address book of a domain',
    z.object({ ...named, displayName: displayName.default(''), contact: contact.default({}) }),
    z.object({ contact: external }),
    changesInScope(objectOf, ['displayName', 'contact']),
  ),
  update: adminQuestion(
    'settings',
    'contact.update',
    'changes the given fields of an external contact',
    z.object({
      ...named,
      newAddress: address.optional(),
      displayName: displayName.optional(),
      /** Fields that are given replace those that are there; '' takes one away. */
      contact: contact.optional(),
    }),
    z.object({ contact: external }),
    changesInScope(objectOf, ['newAddress', 'displayName', 'contact']),
  ),
  photo: adminQuestion(
    'settings',
    'contact.photo',
    'the photo of an external contact',
    z.object(named),
    z.object({ photo: z.object({ jpeg, width: z.int(), height: z.int() }).nullable() }),
    looksInScope,
  ),
  setPhoto: adminQuestion(
    'settings',
    'contact.setPhoto',
    'sets or takes away the photo of an external contact; what a camera wrote beside the picture is left out',
    z.object({ ...named, jpeg: jpeg.nullable() }),
    nothing,
    changesInScope(objectOf),
  ),
  delete: adminQuestion(
    'settings',
    'contact.delete',
    'removes an external contact',
    z.object(named),
    nothing,
    changesInScope(objectOf),
  ),
};
