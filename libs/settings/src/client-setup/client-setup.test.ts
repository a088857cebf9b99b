// The files are read as the programs read them: a property list by Python's own reader, a profile of Outlook as sections and
// names, lines of Thunderbird as the script that they are.
import { execFileSync } from 'node:child_process';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { defaultDocument } from '../validate.ts';
import { appleProfile } from './apple.ts';
import { type BookServer, bookServer } from './book-server.ts';
import type { MailServer } from './mail-servers.ts';
import { outlookBook } from './outlook-book.ts';
import { thunderbirdBook } from './thunderbird-book.ts';

const LOGIN = 'anna@example.org';
const book: BookServer = {
  ...{ host: 'mx.example.org', port: 389, security: 'tls' },
  bases: ['dc=example,dc=org'],
};
const strange: BookServer = { ...book, bases: ['o=Фирма "Рога\\, копыта" <&>?#%', 'ou=second,dc=example'] };

describe('where the address book is', () => {
  const settings = (addressBook: object, accessEncryption: object = {}) => ({
    network: defaultDocument('network'),
    addressBook: { ...defaultDocument('addressBook'), ...addressBook },
    accessEncryption: { ...defaultDocument('accessEncryption'), ...accessEncryption },
  });

  test('each base, the port, TLS unless there is no encryption', () => {
    const wanted = settings({ port: 3890, baseDn: 'dc=a,dc=b; o=x\\;y' });
    const found = { host: 'h', port: 3890, security: 'tls', bases: ['dc=a,dc=b', 'o=x\\;y'] };
    expect(bookServer(wanted, 'h')).toEqual(found);
    const plain = settings({}, { mode: 'none' });
    expect(bookServer(plain, 'h')).toMatchObject({ port: 389, security: 'plain' });
  });

  test('nowhere, while it is switched off', () => {
    expect(bookServer(settings({ enabled: false }), 'h')).toBeNull();
  });
});

describe('Thunderbird', () => {
  const prefsOf = (file: string): Record<string, unknown> => {
    const prefs: Record<string, unknown> = {};
    runInNewContext(file, { user_pref: (name: string, value: unknown) => (prefs[name] = value) });
    return prefs;
  };

  test('gets a directory by name, address and login, and completes from it', () => {
    expect(prefsOf(thunderbirdBook(book, LOGIN))).toMatchObject({
      'ldap_2.servers.pochtar.description': 'mx.example.org',
      'ldap_2.servers.pochtar.uri': 'ldaps://mx.example.org:389/dc=example,dc=org??sub?(objectclass=*)',
      'ldap_2.servers.pochtar.auth.dn': LOGIN,
      'ldap_2.autoComplete.useDirectory': true,
      'ldap_2.autoComplete.directoryServer': 'ldap_2.servers.pochtar',
    });
  });

  test('each base is a directory, whose name survives the URL and the script', () => {
    const prefs = prefsOf(thunderbirdBook({ ...strange, security: 'plain' }, `"${LOGIN}\\`));
    const uris = ['pochtar', 'pochtar2'].map((name) => String(prefs[`ldap_2.servers.${name}.uri`]));
    const bases = uris.map((uri) => decodeURIComponent(new URL(uri).pathname.slice(1)));
    expect(bases).toEqual(strange.bases);
    expect(uris.every((uri) => uri.startsWith('ldap://'))).toBe(true);
    expect(prefs['ldap_2.servers.pochtar.auth.dn']).toBe(`"${LOGIN}\\`);
  });
});

describe('Outlook', () => {
  const sectionsOf = (file: string): Record<string, Record<string, string>> => {
    const script = `
import configparser, json, sys
read = configparser.RawConfigParser(delimiters=('=',), strict=True)
read.optionxform = str
read.read_string(sys.stdin.buffer.read().decode('ascii'))
print(json.dumps({name: dict(read.items(name)) for name in read.sections()}))`;
    return JSON.parse(execFileSync('python3', ['-c', script], { input: file, encoding: 'utf8' }));
  };

  test('gets a service of the kind LDAP in the profile that is there, every value of it described', () => {
    const file = outlookBook(book, LOGIN);
    expect(file.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    const { General, Service1 = {}, ...others } = sectionsOf(file);
    expect(General).toMatchObject({ OverwriteProfile: 'Append', ModifyDefaultProfileIfPresent: 'true' });
    expect(others['Service List']).toEqual({ Service1: 'LDAP Directory' });
    expect(Service1).toMatchObject({
      ...{ ServerName: 'mx.example.org', ConnectionPort: '389', UserName: LOGIN, UseSSL: 'true' },
      ...{ SearchBase: 'dc=example,dc=org', EnableBrowsing: 'true' },
    });
    const described = Object.keys(others['LDAP Directory'] ?? {});
    const own = Object.keys(Service1).filter((name) => name !== 'UniqueService');
    expect(described).toEqual(expect.arrayContaining(own));
  });

  test('each base is a service, in ASCII', () => {
    const { Service1, Service2 } = sectionsOf(outlookBook(strange, LOGIN));
    expect(Service1?.['SearchBase']).toMatch(/^o=\\d0\\a4/);
    expect(Service2).toMatchObject({ SearchBase: 'ou=second,dc=example' });
  });
});

describe('a device of Apple', () => {
  interface Profile {
    PayloadUUID: string;
    PayloadContent: Record<string, unknown>[];
  }
  const read = (file: string | null): Profile | null => {
    if (file === null) return null;
    const script = 'import json, plistlib, sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))';
    return JSON.parse(execFileSync('python3', ['-c', script], { input: file, encoding: 'utf8' }));
  };
  const payload = (profile: Profile | null, type: string) =>
    profile?.PayloadContent.find(({ PayloadType }) => PayloadType === type);
  const mail: MailServer[] = [
    { protocol: 'imap', host: 'mx.example.org', port: 993, security: 'tls' },
    { protocol: 'smtp', host: 'mx.example.org', port: 465, security: 'tls' },
  ];

  test('gets mail and the book by CardDAV and LDAP in one profile, and no password', () => {
    const cardDav = { host: 'mx.example.org', port: 8443, isSecure: true };
    const at636 = { ...strange, port: 636 };
    const profile = read(appleProfile(LOGIN, { mail, book: at636, cardDav }));
    expect(payload(profile, 'com.apple.mail.managed')).toMatchObject({
      ...{ EmailAddress: LOGIN, IncomingMailServerPortNumber: 993, OutgoingMailServerUseSSL: true },
    });
    expect(payload(profile, 'com.apple.carddav.account')).toMatchObject({
      ...{
        CardDAVHostName: 'mx.example.org',
        CardDAVPort: 8443,
        CardDAVUseSSL: true,
        CardDAVUsername: LOGIN,
      },
    });
    expect(payload(profile, 'com.apple.ldap.account')).toMatchObject({
      ...{ LDAPAccountHostName: 'mx.example.org', LDAPAccountUseSSL: true, LDAPAccountUserName: LOGIN },
      LDAPSearchSettings: strange.bases.map((base) => ({
        LDAPSearchSettingSearchBase: base,
        LDAPSearchSettingScope: 'LDAPSearchSettingScopeSubtree',
      })),
    });
    const ids = [profile, ...(profile?.PayloadContent ?? [])].map((one) => String(one?.PayloadUUID));
    expect(new Set(ids).size).toBe(4);
    expect(JSON.stringify(profile)).not.toMatch(/"(?:Incoming|Outgoing|LDAPAccount|CardDAV)Password"/);
  });

  test.each([
    ['ports that an account of a profile cannot name', { ...book, port: 389 }],
    ['a port of its own', { ...book, port: 3890, security: 'plain' as const }],
  ])('is not told of LDAP at %s', (_, one) => {
    expect(appleProfile(LOGIN, { book: one })).toBeNull();
    const profile = read(appleProfile(LOGIN, { book: one, mail }));
    expect(payload(profile, 'com.apple.ldap.account')).toBeUndefined();
  });

  test('a profile of the book alone does not take the place of that of mail', () => {
    const [alone, both] = [
      read(appleProfile(LOGIN, { book: { ...book, security: 'plain' } })),
      read(appleProfile(LOGIN, { book, mail })),
    ];
    expect(payload(alone, 'com.apple.ldap.account')).toMatchObject({ LDAPAccountUseSSL: false });
    expect(alone?.PayloadUUID).not.toBe(both?.PayloadUUID);
  });
});
