// admin.contact.import and admin.account.import: people from a file, many at once, each with what became of it.
import { adminContactImport, answerAdmin, done, type ImportedEntry, type ImportOutcome } from '@pochtar/bus';
import {
  importAccountContacts,
  importContacts,
  type Imported,
  type ImportedPerson,
} from '@pochtar/store/directory';
import { noDomain, readAddress, readDomain } from '../addresses.ts';
import { readContact, readDisplayName } from '../contact.ts';
import type { Context, Refusal } from '../context.ts';
import { readPhoto } from '../photo.ts';
import { ownPerson, tooManyContacts } from './contacts.ts';

export function answerContactImport(context: Context): { stop(): Promise<void> }[] {
  const { db } = context;
  return [
    answerAdmin(context, adminContactImport.contacts, async ({ domain, entries, dryRun }, { scope }) => {
      const name = readDomain('domain', domain);
      if (!name.ok) return name;
      const read = entries.map((entry) => readEntry(entry, name.key));
      const imported = await importContacts(db, scope, name.key, soundOf(read), dryRun);
      if (imported === null) return noDomain('domain', name.key);
      return ended(context, read, imported, dryRun, tooManyContacts(name.key));
    }),
    answerAdmin(context, adminContactImport.accounts, async ({ entries, dryRun }, { scope }) => {
      const read = entries.map((entry) => readEntry(entry, null));
      const imported = await importAccountContacts(db, scope, soundOf(read), dryRun);
      return ended(context, read, imported, dryRun, null);
    }),
  ];
}

type Read = { ok: true; person: ImportedPerson } | Refusal;

/** `domain`: whose contact it becomes; null: it is an account. */
function readEntry({ address, displayName, contact, jpeg }: ImportedEntry, domain: string | null): Read {
  const key = readAddress('address', address);
  if (!key.ok) return key;
  const isOwn = domain === null ? null : ownPerson('address', key.key, domain);
  if (isOwn !== null) return isOwn;
  const name = readDisplayName('displayName', displayName);
  if (!name.ok) return name;
  const fields = readContact('contact', contact);
  if (!fields.ok) return fields;
  const photo = readPhoto('jpeg', jpeg ?? null);
  if (!photo.ok) return photo;
  const person = { address: key.key, displayName: name.displayName, contact: fields.contact };
  return { ok: true, person: { ...person, ...(photo.photo !== null && { photo: photo.photo }) } };
}

function soundOf(read: readonly Read[]): ImportedPerson[] {
  return read.flatMap((one) => (one.ok ? [one.person] : []));
}

/** In the order in which they were sent. */
function ended(
  context: Context,
  read: readonly Read[],
  imported: readonly Imported[],
  dryRun: boolean,
  full: Refusal | null,
) {
  const changed: string[] = [];
  let next = 0;
  const outcomes = read.map((one): ImportOutcome => {
    if (!one.ok) return { outcome: 'invalid', problem: one.error };
    const outcome = imported[next++] ?? 'unknown';
    if (outcome === 'tooMany') {
      return { outcome: 'invalid', ...(full !== null && { problem: full.error }) };
    }
    if (outcome === 'new' || outcome === 'changed') changed.push(one.person.address);
    return { outcome };
  });
  if (changed.length > 0 && !dryRun) context.announce.directory(changed);
  return done({ outcomes });
}
