// Apple's configuration profile for iOS and macOS: a mail account, and the address book by CardDAV and by LDAP, each where the
// device can reach it. There is no password in it: the device asks for it.
import { createHash } from 'node:crypto';
import type { BookServer } from './book-server.ts';
import type { MailServer } from './mail-servers.ts';
import { plist, type PlistValue } from './plist.ts';

type Payload = Readonly<Record<string, PlistValue>>;

/** Where the address book is served by CardDAV (RFC 6352). */
export interface CardDavServer {
  host: string;
  port: number;
  isSecure: boolean;
}

export interface AppleAccounts {
  mail?: readonly MailServer[];
  book?: BookServer | null;
  cardDav?: CardDavServer | null;
}

/** Null when there is nothing that a device could be told of. */
export function appleProfile(address: string, { mail = [], book, cardDav }: AppleAccounts): string | null {
  const accounts = [
    mailAccount(address, mail),
    cardDav == null ? null : cardDavAccount(address, cardDav),
    book == null || !isFoundByApple(book) ? null : ldapAccount(address, book),
  ].filter((account) => account !== null);
  if (accounts.length === 0) return null;
  // One profile a kind of content: that of the address book does not replace that of mail.
  const id = uuidOf(mail.length > 0 ? address : `book ${address}`);
  return plist({
    PayloadContent: accounts,
    PayloadDisplayName: address,
    PayloadIdentifier: `pochtar.profile.${id}`,
    PayloadRemovalDisallowed: false,
    PayloadType: 'Configuration',
    PayloadUUID: id,
    PayloadVersion: 1,
  });
}

/** The account of a profile names no port: the device takes 636 with SSL and 389 without. */
export function isFoundByApple({ port, security }: BookServer): boolean {
  return port === (security === 'tls' ? 636 : 389);
}

function mailAccount(address: string, servers: readonly MailServer[]): Payload | null {
  const incoming = servers.find(({ protocol }) => protocol !== 'smtp');
  const outgoing = servers.find(({ protocol }) => protocol === 'smtp');
  // Without one to read mail with, and one to send it with, it is no account.
  if (incoming === undefined || outgoing === undefined) return null;
  return {
    EmailAccountType: incoming.protocol === 'imap' ? 'EmailTypeIMAP' : 'EmailTypePOP',
    EmailAccountDescription: address,
    EmailAddress: address,
    ...serverOf('Incoming', incoming, address),
    ...serverOf('Outgoing', outgoing, address),
    OutgoingPasswordSameAsIncomingPassword: true,
    ...payload('com.apple.mail.managed', 'mail', `account ${address}`, address),
  };
}

function serverOf(way: 'Incoming' | 'Outgoing', { host, port, security }: MailServer, login: string) {
  return {
    [`${way}MailServerHostName`]: host,
    [`${way}MailServerPortNumber`]: port,
    [`${way}MailServerUseSSL`]: security !== 'plain',
    [`${way}MailServerUsername`]: login,
    [`${way}MailServerAuthentication`]: 'EmailAuthPassword',
  };
}

/** The device finds the book by discovery (RFC 6764 §6): host and port are all it needs. */
function cardDavAccount(address: string, { host, port, isSecure }: CardDavServer): Payload {
  return {
    CardDAVAccountDescription: host,
    CardDAVHostName: host,
    CardDAVPort: port,
    CardDAVUseSSL: isSecure,
    CardDAVUsername: address,
    ...payload('com.apple.carddav.account', 'carddav', `carddav ${address}`, address),
  };
}

function ldapAccount(address: string, { host, security, bases }: BookServer): Payload {
  return {
    LDAPAccountDescription: host,
    LDAPAccountHostName: host,
    LDAPAccountUseSSL: security === 'tls',
    LDAPAccountUserName: address,
    LDAPSearchSettings: bases.map((base) => ({
      LDAPSearchSettingDescription: base,
      LDAPSearchSettingScope: 'LDAPSearchSettingScopeSubtree',
      LDAPSearchSettingSearchBase: base,
    })),
    ...payload('com.apple.ldap.account', 'ldap', `ldap ${address}`, address),
  };
}

function payload(type: string, kind: string, about: string, name: string): Payload {
  return {
    PayloadDescription: name,
    PayloadDisplayName: name,
    PayloadIdentifier: `pochtar.${kind}.${uuidOf(about)}`,
    PayloadType: type,
    PayloadUUID: uuidOf(about),
    PayloadVersion: 1,
  };
}

/** The same for the same text, so that a second download replaces the first. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex').toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
