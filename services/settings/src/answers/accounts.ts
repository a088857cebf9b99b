// admin.account.*: list, show, create, update, password, delete.
import { type AccountInfo, adminAccount, answerAdmin, done } from '@pochtar/bus';
import type { Contact } from '@pochtar/mail/contact';
import { type GeneralSettings, readStored } from '@pochtar/settings';
import {
  type Account,
  createAccount,
  deleteAccount,
  findAccount,
  listAccounts,
  namesLeadingTo,
  type NewFolder,
  type Scope,
  setPasswordHash,
  updateAccount,
} from '@pochtar/store/directory';
import { readSections } from '@pochtar/store/settings';
import { addressTaken, noDomain, notFound, readAddress } from '../addresses.ts';
import { readContact } from '../contact.ts';
import type { Context } from '../context.ts';
import { endOf, readPage } from '../page.ts';
import { keepScramKeys, readPassword } from '../passwords.ts';

export function answerAccounts(context: Context): { stop(): Promise<void> }[] {
  const { db } = context;
  return [
    answerAdmin(context, adminAccount.list, async (request, { scope }) => {
      const page = await readPage(context, request, scope);
      if (!page.ok) return page;
      const { rows, next } = endOf((await listAccounts(db, page.page)).map(infoOf), request.limit);
      return done({ accounts: rows, next });
    }),
    answerAdmin(context, adminAccount.show, ({ address }, { scope }) => show(context, scope, address)),
    answerAdmin(context, adminAccount.create, (request, { scope }) => create(context, scope, request)),
    answerAdmin(context, adminAccount.update, async ({ address, ...change }, { scope }) => {
      const read = readAddress('address', address);
      if (!read.ok) return read;
      const contact = readContact('contact', change.contact ?? {});
      if (!contact.ok) return contact;
      const isThere = await updateAccount(db, scope, read.key, { ...change, contact: contact.contact });
      if (!isThere) return notFound('address', read.key);
      context.announce.directory([read.key]);
      return found(context, scope, read.key);
    }),
    answerAdmin(context, adminAccount.setPassword, async ({ address, password }, { scope }) => {
      const read = readAddress('address', address);
      if (!read.ok) return read;
      const hashed = await readPassword(password);
      if (!hashed.ok) return hashed;
      const isSet = await setPasswordHash(db, scope, read.key, hashed.hash);
      if (!isSet) return notFound('address', read.key);
      await keepScramKeys(context, read.key, hashed);
      // Sessions that were opened with the former password end.
      context.announce.directory([read.key]);
      return done({});
    }),
    answerAdmin(context, adminAccount.delete, async ({ address }, { scope }) => {
      const read = readAddress('address', address);
      if (!read.ok) return read;
      const changed = await deleteAccount(db, scope, read.key);
      if (changed.length === 0) return notFound('address', read.key);
      context.announce.directory(changed);
      context.orphans.wake();
      return done({});
    }),
  ];
}

function infoOf(account: Account): AccountInfo {
  const { domainId: _, createdAt, ...info } = account;
  return { ...info, createdAt: createdAt.toISOString() };
}

async function found(context: Context, scope: Scope, key: string) {
  const account = await findAccount(context.db, scope, key);
  return account === null ? notFound('address', key) : done({ account: infoOf(account) });
}

async function show(context: Context, scope: Scope, address: string) {
  const read = readAddress('address', address);
  if (!read.ok) return read;
  const account = await findAccount(context.db, scope, read.key);
  if (account === null) return notFound('address', read.key);
  const aliases = await namesLeadingTo(context.db, scope, 'alias', read.key);
  const groups = await namesLeadingTo(context.db, scope, 'group', read.key);
  return done({ account: infoOf(account), aliases, groups });
}

interface CreateRequest {
  address: string;
  displayName: string;
  password?: string | undefined;
  quotaBytes: number | null;
  isEnabled: boolean;
  contact: Contact;
  isHidden: boolean;
}

async function create(context: Context, scope: Scope, request: CreateRequest) {
  const address = readAddress('address', request.address);
  if (!address.ok) return address;
  const contact = readContact('contact', request.contact);
  if (!contact.ok) return contact;
  const password = request.password === undefined ? null : await readPassword(request.password);
  if (password?.ok === false) return password;
  const created = await createAccount(context.db, scope, {
    address: address.key,
    domain: address.domain,
    displayName: request.displayName,
    passwordHash: password?.hash ?? null,
    quotaBytes: request.quotaBytes,
    isEnabled: request.isEnabled,
    contact: contact.contact,
    isHidden: request.isHidden,
    folders: await firstFolders(context),
  });
  if (!created.isCreated) {
    return created.reason === 'noDomain'
      ? noDomain('address', address.domain)
      : addressTaken('address', address.key);
  }
  if (password !== null) await keepScramKeys(context, address.key, password);
  context.announce.directory([address.key]);
  return found(context, scope, address.key);
}

/** general.autoCreateFolders as they are now. */
async function firstFolders(context: Context): Promise<NewFolder[]> {
  const [row] = await readSections(context.db, ['general']);
  const stored = readStored('general', row?.document ?? {});
  const folders: GeneralSettings['autoCreateFolders'] = stored.ok ? stored.value.autoCreateFolders : [];
  return folders.map(({ name, specialUse }) => ({
    name,
    specialUse: specialUse === 'none' ? null : specialUse,
  }));
}
