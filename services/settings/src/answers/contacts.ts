// admin.contact.*: people outside whom the address book of a domain names.
import { adminContact, answerAdmin, done, type ExternalContactInfo, pageOf, refused } from '@pochtar/bus';
import type { Contact } from '@pochtar/mail/contact';
import {
  type ContactChange,
  contactKey,
  type ContactName,
  createContact,
  deleteContact,
  type ExternalContact,
  findContact,
  findContactPhoto,
  listContacts,
  MAX_CONTACTS,
  type Scope,
  setContactPhoto,
  updateContact,
} from '@pochtar/store/directory';
import { addressTaken, noDomain, notFound, readAddress, readDomain } from '../addresses.ts';
import { readContact, readDisplayName } from '../contact.ts';
import type { Context, Refusal } from '../context.ts';
import { readPage } from '../page.ts';
import { readPhoto } from '../photo.ts';

export function answerContacts(context: Context): { stop(): Promise<void> }[] {
  const { db } = context;
  return [
    answerAdmin(context, adminContact.list, async (request, { scope }) => {
      const page = await readPage(context, request, scope);
      if (!page.ok) return page;
      const contacts = (await listContacts(db, page.page)).map(infoOf);
      const { rows, next } = pageOf(contacts, contactKey, request.limit);
      return done({ contacts: rows, next });
    }),
    answerAdmin(context, adminContact.show, async (request, { scope }) => {
      const name = readName(request);
      return name.ok ? found(context, scope, name.name) : name;
    }),
    answerAdmin(context, adminContact.create, (request, { scope }) => create(context, scope, request)),
    answerAdmin(context, adminContact.update, (request, { scope }) => update(context, scope, request)),
    answerAdmin(context, adminContact.photo, async (request, { scope }) => {
      const name = readName(request);
      if (!name.ok) return name;
      const photo = await findContactPhoto(db, scope, name.name);
      if (photo !== null) return done({ photo: { ...photo, jpeg: photo.jpeg.toString('base64') } });
      const isThere = (await findContact(db, scope, name.name)) !== null;
      return isThere ? done({ photo: null }) : notFound('address', name.name.address);
    }),
    answerAdmin(context, adminContact.setPhoto, async ({ jpeg, ...request }, { scope }) => {
      const name = readName(request);
      if (!name.ok) return name;
      const photo = readPhoto('jpeg', jpeg);
      if (!photo.ok) return photo;
      if (!(await setContactPhoto(db, scope, name.name, photo.photo))) {
        return notFound('address', name.name.address);
      }
      context.announce.directory([name.name.address]);
      return done({});
    }),
    answerAdmin(context, adminContact.delete, async (request, { scope }) => {
      const name = readName(request);
      if (!name.ok) return name;
      if (!(await deleteContact(db, scope, name.name))) return notFound('address', name.name.address);
      context.announce.directory([name.name.address]);
      return done({});
    }),
  ];
}

function infoOf(contact: ExternalContact): ExternalContactInfo {
  const { id: _, createdAt, ...info } = contact;
  return { ...info, createdAt: createdAt.toISOString() };
}

async function found(context: Context, scope: Scope, name: ContactName) {
  const contact = await findContact(context.db, scope, name);
  return contact === null ? notFound('address', name.address) : done({ contact: infoOf(contact) });
}

function readName(written: ContactName): { ok: true; name: ContactName } | Refusal {
  const domain = readDomain('domain', written.domain);
  if (!domain.ok) return domain;
  const address = readAddress('address', written.address);
  return address.ok ? { ok: true, name: { domain: domain.key, address: address.key } } : address;
}

interface CreateRequest extends ContactName {
  displayName: string;
  contact: Contact;
}

async function create(context: Context, scope: Scope, request: CreateRequest) {
  const read = readName(request);
  if (!read.ok) return read;
  const { name } = read;
  const isOwn = ownPerson('address', name.address, name.domain);
  if (isOwn !== null) return isOwn;
  const contact = readContact('contact', request.contact);
  if (!contact.ok) return contact;
  const shown = readDisplayName('displayName', request.displayName);
  if (!shown.ok) return shown;
  const { displayName } = shown;
  switch (await createContact(context.db, scope, { ...name, displayName, contact: contact.contact })) {
    case 'noDomain':
      return noDomain('domain', name.domain);
    case 'exists':
      return addressTaken('address', name.address);
    case 'tooMany':
      return tooManyContacts(name.domain);
    case 'made':
      context.announce.directory([name.address]);
      return found(context, scope, name);
  }
}

async function update(
  context: Context,
  scope: Scope,
  { domain, address, newAddress, contact = {}, ...change }: ContactName & ContactChange,
) {
  const read = readName({ domain, address });
  if (!read.ok) return read;
  const { name } = read;
  const moved = newAddress === undefined ? null : readAddress('newAddress', newAddress);
  if (moved?.ok === false) return moved;
  const isOwn = moved === null ? null : ownPerson('newAddress', moved.key, name.domain);
  if (isOwn !== null) return isOwn;
  const fields = readContact('contact', contact);
  if (!fields.ok) return fields;
  const shown = change.displayName === undefined ? null : readDisplayName('displayName', change.displayName);
  if (shown?.ok === false) return shown;
  const given = { displayName: shown?.displayName, newAddress: moved?.key, contact: fields.contact };
  const outcome = await updateContact(context.db, scope, name, given);
  if (outcome === 'notFound') return notFound('address', name.address);
  if (outcome === 'exists') return addressTaken('newAddress', moved?.key ?? '');
  const present = { ...name, address: moved?.key ?? name.address };
  context.announce.directory([...new Set([name.address, present.address])]);
  return found(context, scope, present);
}

/** Whoever has an address of the domain is in its book as an account is. null: it is somebody else's. */
export function ownPerson(field: string, address: string, domain: string): Refusal | null {
  if (!address.endsWith(`@${domain}`)) return null;
  return refused(
    'ownAddress',
    field,
    `${field}: ${address} — адрес самого домена, а внешний контакт — человек со стороны: создайте ящик`,
    `${field}: ${address} is an address of the domain itself, and an external contact is somebody outside: add an account`,
  );
}

export function tooManyContacts(domain: string): Refusal {
  return refused(
    'tooMany',
    'domain',
    `domain: внешних контактов в домене ${domain} уже ${MAX_CONTACTS}, больше нельзя: удалите лишние`,
    `domain: ${domain} has ${MAX_CONTACTS} external contacts, and no more fit: delete some`,
  );
}
