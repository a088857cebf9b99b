// Settings that change while sessions are open, and the report of what runs.
import { connect } from 'node:net';
import { directoryChanged } from '@pochtar/bus';
import { deleteAccount, hashPassword, setPasswordHash, updateAccount } from '@pochtar/store/directory';
import { deleteCertificate, saveCertificate } from '@pochtar/store/settings';
import { eventually, freePort, otherCertificatePem, otherKeyPem, shownCertificate } from '@pochtar/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Installation, login, startInstallation } from './installation.ts';

let at: Installation;

beforeEach(async () => {
  at = await startInstallation();
});
afterEach(() => at[Symbol.asyncDispose]());

test('network.pop3Port: the new port opens, the old one closes, open sessions go on; the report says so', async () => {
  const port = await freePort();
  const open = connect(at.ports.pop3, at.host);
  let heard = '';
  open.on('data', (chunk: Buffer) => {
    heard += chunk.toString();
  });
  open.write(`USER anna\r\nPASS ${at.password}\r\n`);
  await eventually(() => expect(heard).toContain('+OK 0 messages'));
  const [report] = await at.set({ network: { pop3Port: port } });
  expect(report).toMatchObject({ process: 'pop3', section: 'network', error: null });
  open.write('STAT\r\n');
  await eventually(() => expect(heard).toContain('+OK 0 0\r\n'));
  open.destroy();
  await at.talk('S: +OK ready', { port });
  await expect(at.talk('S: +OK ready')).rejects.toThrow(/ECONNREFUSED/);
});

test('a port that is taken is not applied; the report names it, and the old one stays', async () => {
  const [report] = await at.set({ network: { pop3Port: at.nats.port } });
  expect(report?.error).toContain(`port ${at.nats.port}`);
  await at.talk('S: +OK ready');
});

test('accessEncryption.implicitTlsEnabled off: the POP3S port closes', async () => {
  await at.set({ accessEncryption: { implicitTlsEnabled: false } });
  await expect(at.talk('S: +OK ready', { tls: true })).rejects.toThrow(/ECONNREFUSED/);
  await at.talk('S: +OK ready');
});

test('accessEncryption.mode none: the POP3S port closes, whatever its switch says', async () => {
  await at.set({ accessEncryption: { mode: 'none' } });
  await expect(at.talk('S: +OK ready', { tls: true })).rejects.toThrow(/ECONNREFUSED/);
  await at.talk('S: +OK ready');
});

test('limits.sessionsPerAddress: one connection more is refused with SYS/TEMP', async () => {
  await at.set({ limits: { sessionsPerAddress: 2 }, network: { webmailAddresses: [] } });
  await at.talk(`
    S: +OK ready
    C2: NOOP
    S2: +OK ready
    S2: -ERR log in first
    C3: NOOP
    S3: -ERR [SYS/TEMP] too many connections
    S3: <close>
  `);
});

test('an account that is switched off, is deleted, or has a new password loses its sessions', async () => {
  const ends: Record<string, (address: string) => Promise<unknown>> = {
    anna: (address) => updateAccount(at.db, 'all', address, { isEnabled: false }),
    boris: (address) => deleteAccount(at.db, 'all', address),
    clara: async (address) => setPasswordHash(at.db, 'all', address, await hashPassword('another')),
  };
  for (const [name, end] of Object.entries(ends)) {
    const session = at.talk(`${login(name)}
      S: <close>
    `);
    const isThere = (): boolean => [...at.sessions].some(({ account }) => account !== null);
    await eventually(() => expect(isThere()).toBe(true));
    const address = `${name}@demo.test`;
    await end(address);
    at.bus.emit(directoryChanged, { addresses: [address] });
    await session;
    await eventually(() => expect(isThere()).toBe(false));
  }
});

test('RFC 2449 §6.7: EXPIRE follows the retention of INBOX', async () => {
  await at.set({ retention: { folders: [{ folder: 'Inbox', days: 30 }] } });
  await at.talk(`
    S: +OK ready
    C: CAPA
    S: ...
    S: EXPIRE 30
    S: ...
    S: .
  `);
});

test('RFC 6066 §3: of several certificates the one that has the name is shown, as soon as it is in the store and until it is not', async () => {
  const port = { host: at.host, port: at.ports.pop3s };
  expect(await shownCertificate(port, 'other.test')).toBe('mail.example.org');
  const added = { id: 'second', name: 'second', chainPem: otherCertificatePem, keyPem: otherKeyPem };
  await saveCertificate(at.db, at.masterKey, {
    ...added,
    origin: 'imported',
    notAfter: new Date('2126-01-01'),
  });
  await at.set({ accessEncryption: {} });
  expect(await shownCertificate(port, 'other.test')).toBe('other.test');
  expect(await shownCertificate(port, 'mail.example.org')).toBe('mail.example.org');
  expect(await shownCertificate(port, 'nobody.test')).toBe('mail.example.org');
  await deleteCertificate(at.db, 'second');
  await at.set({ accessEncryption: {} });
  expect(await shownCertificate(port, 'other.test')).toBe('mail.example.org');
});
