// Settings that change while sessions are open, each in force from the next operation on, and the report of what runs.
import { directoryChanged, guardChanged, progressAt, settingsTest, testEvent } from '@pochtar/bus';
import { defaultDocument } from '@pochtar/settings';
import type { PeerCertificate } from 'node:tls';
import { deleteCertificate, saveCertificate } from '@pochtar/store/settings';
import { eventually, freePort, otherCertificatePem, otherKeyPem } from '@pochtar/testkit';
import { Client } from 'ldapts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASE, HOST, type Installation, PASSWORD, startInstallation } from './installation.ts';

let at: Installation;

beforeAll(async () => {
  at = await startInstallation();
});
afterAll(() => at[Symbol.asyncDispose]());

/** The addresses that a search finds, in their order; of one that fails its result code. */
async function found(client: Client, base = BASE, filter = '(mail=*)'): Promise<unknown> {
  try {
    const { searchEntries } = await client.search(base, { scope: 'sub', filter, attributes: ['mail'] });
    return searchEntries.map(({ mail }) => String(mail)).toSorted();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

const ours = ['all@demo.test', 'anna@demo.test', 'boris@demo.test', 'clara@demo.test'];

test('addressBook.port: the new port opens, the old one closes, open sessions go on; the report says so', async () => {
  const client = await at.client('anna@demo.test');
  const port = await freePort();
  const [report] = await at.set({ addressBook: { port } });
  expect(report).toMatchObject({ process: 'ldap', section: 'addressBook', error: null });
  expect(await found(client)).toEqual(ours);
  const moved = new Client({ url: `ldap://${HOST}:${port}` });
  await moved.bind('anna@demo.test', PASSWORD);
  await moved.unbind();
  await expect(at.client('anna@demo.test')).rejects.toThrow(/ECONNREFUSED/);
  await at.set({ addressBook: { port: at.port } });
});

test('a port that is taken is not applied; the report names it, and the old one stays', async () => {
  const [report] = await at.set({ addressBook: { port: at.nats.port } });
  expect(report?.error).toContain(`port ${at.nats.port}`);
  await at.client('anna@demo.test');
  await at.set({ addressBook: { port: at.port } });
});

test('a port that is not saved yet is tried by the process that would listen there', async () => {
  const verdictOn = async (port: number, enabled = true): Promise<string> => {
    using inbox = progressAt(at.settingsBus, testEvent, () => {});
    const request = {
      ...{ kind: 'addressBook' as const, secret: null, useStoredSecret: false, progress: inbox.subject },
      settings: { addressBook: { ...defaultDocument('addressBook'), enabled, port } },
    };
    return (await at.settingsBus.ask(settingsTest('ldap'), request, 10_000)).verdict;
  };
  expect(await verdictOn(at.port)).toBe('good');
  expect(await verdictOn(await freePort())).toBe('good');
  expect(await verdictOn(at.nats.port)).toBe('bad');
  expect(await verdictOn(at.port, false)).toBe('unknown');
});

test('addressBook.enabled off: the port closes and sessions end; on: it opens', async () => {
  await at.client('anna@demo.test');
  await at.set({ addressBook: { enabled: false } });
  await eventually(() => expect(at.sessions.size).toBe(0));
  await expect(at.client('anna@demo.test')).rejects.toThrow(/ECONNREFUSED/);
  // No port is missing where none is wanted: the process is well.
  await at.set({ network: { trustedProxies: [] } });
  expect(at.health.faults()).toEqual({});
  await at.set({ addressBook: { enabled: true } });
  expect(await found(await at.client('anna@demo.test'))).toEqual(ours);
});

test('addressBook.baseDn: every base answers from the next search on, and what is none any more does not', async () => {
  const client = await at.client('anna@demo.test');
  await at.set({ addressBook: { baseDn: 'o=Первая; dc=second,dc=test' } });
  expect(await found(client, 'o=первая')).toEqual(ours);
  expect(await found(client, 'ou=people,dc=second,dc=test', '(mail=anna*)')).toEqual(['anna@demo.test']);
  expect(await found(client)).toBe(32);
  const { searchEntries } = await client.search('', { scope: 'base', attributes: ['namingContexts'] });
  expect(searchEntries[0]).toMatchObject({ namingContexts: ['o=Первая', 'dc=second,dc=test'] });
  await at.set({ addressBook: { baseDn: BASE } });
  expect(await found(client)).toEqual(ours);
});

test('addressBook.skipGroups: groups are in no answer, whatever is asked', async () => {
  const client = await at.client('anna@demo.test');
  await at.set({ addressBook: { skipGroups: true } });
  expect(await found(client)).toEqual(ours.slice(1));
  expect(await found(client, `ou=groups,${BASE}`)).toBe(32);
  expect(await found(client, `mail=all@demo.test,ou=groups,${BASE}`, '(objectClass=*)')).toBe(32);
  expect(await found(client, BASE, '(objectClass=groupOfNames)')).toEqual([]);
  await at.set({ addressBook: { skipGroups: false } });
  expect(await found(client, BASE, '(objectClass=groupOfNames)')).toEqual(['all@demo.test']);
});

test('addressBook.publishToWebmail: for the web mail there is no book, in open sessions too; for others there is', async () => {
  const client = await at.client('anna@demo.test');
  const contexts = async (): Promise<unknown> =>
    (await client.search('', { scope: 'base', attributes: ['namingContexts'] })).searchEntries[0]?.[
      'namingContexts'
    ];
  expect([await found(client), await contexts()]).toEqual([ours, BASE]);
  await at.set({ addressBook: { publishToWebmail: false } });
  expect([await found(client), await contexts()]).toEqual([32, []]);
  expect(await found(client, `mail=boris@demo.test,ou=people,${BASE}`, '(objectClass=*)')).toBe(32);
  expect(await found(client, '')).toEqual([]);
  await at.set({ network: { webmailAddresses: ['192.0.2.1'] } });
  expect([await found(client), await contexts()]).toEqual([ours, BASE]);
  await at.set({ addressBook: { publishToWebmail: true }, network: { webmailAddresses: ['127.0.0.0/8'] } });
  expect(await found(client)).toEqual(ours);
});

test('addressBook.visibility: own domain or all, in searches, members and by name', async () => {
  const client = await at.client('anna@demo.test');
  const eva = `mail=eva@other.test,ou=people,${BASE}`;
  const members = async (): Promise<number> => {
    const { searchEntries } = await client.search(BASE, { filter: '(mail=all@*)', attributes: ['member'] });
    return [searchEntries[0]?.['member'] ?? []].flat().length;
  };
  expect([await found(client, eva), await members()]).toEqual([32, 2]);
  expect(await found(client, BASE, `(member=${eva})`)).toEqual([]);
  await at.set({ addressBook: { visibility: 'all' } });
  expect([await found(client, eva), await members()]).toEqual([['eva@other.test'], 3]);
  expect(await found(client)).toEqual([...ours, 'eva@other.test']);
  expect(await found(client, BASE, `(member=${eva})`)).toEqual(['all@demo.test']);
  await at.set({ addressBook: { visibility: 'ownDomain' } });
  expect(await found(client)).toEqual(ours);
  expect(await found(await at.client('eva@other.test'))).toEqual(['eva@other.test']);
});

test('addressBook.access: without a login nothing but the root, until local networks or anyone may search', async () => {
  const stranger = await at.client();
  expect(await found(stranger)).toBe(50);
  expect(await found(stranger, `mail=anna@demo.test,ou=people,${BASE}`)).toBe(50);
  expect(await found(stranger, 'cn=subschema', '(objectClass=*)')).toBe(50);
  expect(await found(stranger, '', '(objectClass=*)')).toBe(50);
  const { searchEntries } = await stranger.search('', { scope: 'base' });
  expect(searchEntries).toHaveLength(1);
  for (const access of ['localNetworks', 'anyone'] as const) {
    await at.set({ addressBook: { access } });
    expect(await found(stranger)).toEqual(ours);
  }
  await at.set({ addressBook: { access: 'login' } });
  expect(await found(stranger)).toBe(50);
});

test('limits.sessionsPerAddress: one connection more is told that there are too many', async () => {
  await at.set({ limits: { sessionsPerAddress: 1 }, network: { webmailAddresses: [] } });
  const before = await at.client('anna@demo.test');
  await expect(at.client('anna@demo.test')).rejects.toThrow(/closed|reset|busy|too many/i);
  expect(await found(before)).toEqual(ours);
  await at.set({ limits: { sessionsPerAddress: 100 }, network: { webmailAddresses: ['127.0.0.0/8'] } });
});

test('ADR 29: an address that hides its clients is not one of them, as far as sessions go', async () => {
  await at.set({ limits: { sessionsPerAddress: 1 }, network: { webmailAddresses: [] } });
  await expect(at.client('anna@demo.test')).rejects.toThrow(/closed|reset|busy|too many/i);
  await at.db.query({
    text: "insert into lists.guarded_client (address, suspended_at) values ('127.0.0.1', now())",
  });
  at.bus.emit(guardChanged, { address: '127.0.0.1', state: 'suspended' });
  await eventually(async () => expect(await found(await at.client('anna@demo.test'))).toEqual(ours));
  await at.db.query({ text: 'delete from lists.guarded_client' });
  at.bus.emit(guardChanged, { address: '127.0.0.1', state: 'revoked' });
  await at.set({ limits: { sessionsPerAddress: 100 }, network: { webmailAddresses: ['127.0.0.0/8'] } });
});

test('limits.failedLogins: a banned address is told that it is not the password', async () => {
  await at.set({ limits: { failedLogins: 2 }, network: { webmailAddresses: [] } });
  for (const name of ['anna@demo.test', 'nobody@demo.test']) {
    await expect(at.client(name, 'wrong')).rejects.toMatchObject({ code: 49 });
  }
  await expect(at.client('boris@demo.test')).rejects.toMatchObject({ code: 53 });
  await at.db.query({ text: 'truncate lists.login_failure' });
  await at.set({ limits: { failedLogins: 1000 } });
});

test('accessEncryption.mode required: a password is taken inside TLS only, and asked for nowhere else', async () => {
  await at.set({ accessEncryption: { mode: 'required' } });
  await expect(at.client('anna@demo.test')).rejects.toMatchObject({ code: 13 });
  const client = await at.client();
  const mechanisms = async (): Promise<unknown> => {
    const { searchEntries } = await client.search('', {
      scope: 'base',
      attributes: ['supportedSASLMechanisms'],
    });
    return searchEntries[0]?.['supportedSASLMechanisms'];
  };
  expect(await mechanisms()).toEqual([]);
  await client.startTLS({ rejectUnauthorized: false });
  expect(await mechanisms()).toBe('PLAIN');
  const secure = new Client({ url: `ldaps://${HOST}:${at.port}`, tlsOptions: { rejectUnauthorized: false } });
  await secure.bind('anna@demo.test', PASSWORD);
  expect(await found(secure)).toEqual(ours);
  await secure.unbind();
  await client.bind('anna@demo.test', PASSWORD);
  expect(await found(client)).toEqual(ours);
  await at.set({ accessEncryption: { mode: 'none' } });
  await expect((await at.client()).startTLS({ rejectUnauthorized: false })).rejects.toMatchObject({
    code: 52,
  });
  await expect(secure.bind('anna@demo.test', PASSWORD)).rejects.toThrow(
    /TLS|SSL|closed|disconnected|wrong version/i,
  );
  await at.set({ accessEncryption: { mode: 'optional' } });
});

test('accessEncryption.certificateId: another certificate is shown from the next StartTLS on', async () => {
  const shown = async (): Promise<string> => {
    const client = await at.client();
    let name = '';
    const checkServerIdentity = (_: string, { subject }: PeerCertificate) => {
      name = String(subject.CN);
      return undefined;
    };
    const options = { rejectUnauthorized: true, ca: [otherCertificatePem], servername: 'nobody.test' };
    await client
      .startTLS({ ...options, checkServerIdentity })
      .catch((error: Error) => (name = error.message));
    return name;
  };
  const added = { id: 'second', name: 'second', chainPem: otherCertificatePem, keyPem: otherKeyPem };
  const notAfter = new Date('2126-01-01');
  await saveCertificate(at.db, at.masterKey, { ...added, origin: 'imported', notAfter });
  await at.set({ accessEncryption: { certificateId: 'second' } });
  expect(await shown()).toBe('other.test');
  await at.set({ accessEncryption: { certificateId: null } });
  await deleteCertificate(at.db, 'second');
  await at.set({ accessEncryption: {} });
  expect(await shown()).not.toBe('other.test');
});

test('an account that is switched off, or has another password, loses its sessions', async () => {
  await at.client('clara@demo.test');
  const bound = (): number =>
    [...at.sessions].filter(({ person }) => person?.address === 'clara@demo.test').length;
  expect(bound()).toBe(1);
  await at.db.query({
    text: "update directory.account set login_epoch = login_epoch + 1 where address = 'clara@demo.test'",
  });
  at.bus.emit(directoryChanged, { addresses: ['clara@demo.test'] });
  await eventually(() => expect(bound()).toBe(0), { timeout: 5000 });
});
