// The running service: settings reach it while sessions go on, replicas work together, and it stops in good order.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { directoryChanged, settingsChanged } from '@pochtar/bus';
import { Health, processEnv, silentLogger } from '@pochtar/runtime';
import { deleteAccount, hashPassword, setPasswordHash, updateAccount } from '@pochtar/store/directory';
import { deleteCertificate, saveCertificate } from '@pochtar/store/settings';
import {
  certificatePem,
  eventually,
  freePort,
  keyPem,
  otherCertificatePem,
  otherKeyPem,
  rsaCertificatePem,
  rsaKeyPem,
  shownCertificate,
} from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { start } from '../src/service.ts';
import { ImapClient } from './imap-client.ts';
import { type Installation, startInstallation } from './installation.ts';

let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation();
});
afterAll(() => imap[Symbol.asyncDispose]());

function isRefused(port: number): Promise<boolean> {
  const socket = connect({ port, host: imap.host });
  return new Promise((resolve) => {
    socket.once('error', () => resolve(true));
    socket.once('connect', () => resolve(false)).once('connect', () => socket.destroy());
  });
}

test('RFC 6066 §3: of several certificates the one that has the name is shown, as soon as it is in the store and until it is not', async () => {
  const port = { host: imap.host, port: imap.ports.imaps };
  expect(await shownCertificate(port, 'other.test')).toBe('mail.example.org');
  const added = { id: 'second', name: 'second', chainPem: otherCertificatePem, keyPem: otherKeyPem };
  await saveCertificate(imap.db, imap.masterKey, {
    ...added,
    origin: 'imported',
    notAfter: new Date('2126-01-01'),
  });
  await imap.set({ accessEncryption: {} });
  expect(await shownCertificate(port, 'other.test')).toBe('other.test');
  expect(await shownCertificate(port, 'mail.example.org')).toBe('mail.example.org');
  expect(await shownCertificate(port, 'nobody.test')).toBe('mail.example.org');
  await deleteCertificate(imap.db, 'second');
  await imap.set({ accessEncryption: {} });
  expect(await shownCertificate(port, 'other.test')).toBe('mail.example.org');
});

describe('listeners', () => {
  test('a moved port opens, the old one closes, and the session that is open goes on', async () => {
    const [before, after] = [imap.ports.imap, await freePort()];
    using session = await ImapClient.inbox({ host: imap.host, port: before }, 'anna');
    const [report] = await imap.set({ network: { imapPort: after } });
    expect(report?.error).toBeNull();
    using moved = await ImapClient.inbox({ host: imap.host, port: after }, 'anna');
    await moved.ok('NOOP');
    expect(await isRefused(before)).toBe(true);
    await session.ok('NOOP');
    await imap.set({ network: { imapPort: before } });
  });

  test("a stranger's port is not applied, the report names him, and the old port stays", async () => {
    const script = `require('net').createServer().listen(0, '${imap.host}', function () { console.log(this.address().port) })`;
    const stranger = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [printed] = (await once(stranger.stdout, 'data')) as [Buffer];
      const taken = Number(printed);
      const [report] = await imap.set({ network: { imapPort: taken } });
      expect(report?.error).toMatch(new RegExp(`port ${taken} .*process ${stranger.pid}`));
      expect(await isRefused(imap.ports.imap)).toBe(false);
    } finally {
      stranger.kill();
    }
    const [report] = await imap.set({ network: { imapPort: imap.ports.imap } });
    expect(report?.error).toBeNull();
  });

  test('IMAPS can be switched off and on, and is closed without encryption; an interface this machine lacks is not applied', async () => {
    await imap.set({ accessEncryption: { implicitTlsEnabled: false } });
    expect(await isRefused(imap.ports.imaps)).toBe(true);
    await imap.set({ accessEncryption: { implicitTlsEnabled: true } });
    expect(await isRefused(imap.ports.imaps)).toBe(false);
    await imap.set({ accessEncryption: { mode: 'none' } });
    expect(await isRefused(imap.ports.imaps)).toBe(true);
    expect(await isRefused(imap.ports.imap)).toBe(false);
    await imap.set({ accessEncryption: { mode: 'optional' } });
    expect(await isRefused(imap.ports.imaps)).toBe(false);
    const [report] = await imap.set({ network: { accessInterfaces: ['eth77'] } });
    expect(report?.error).toMatch(/no interface eth77/);
    await imap.set({ network: { accessInterfaces: [imap.host] } });
  });

  test('accessEncryption.dhBits: the group of the key exchange has the length of the setting', async () => {
    const certificate = { id: 'rsa', name: 'rsa', chainPem: rsaCertificatePem, keyPem: rsaKeyPem };
    const notAfter = new Date('2126-01-01');
    await saveCertificate(imap.db, imap.masterKey, { ...certificate, origin: 'imported', notAfter });
    await imap.set({ accessEncryption: { dhBits: 3072, certificateId: 'rsa' } });
    const socket = connectTls({
      ...{ host: imap.host, port: imap.ports.imaps, rejectUnauthorized: false },
      ...{ maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES128-GCM-SHA256' },
    });
    await once(socket, 'secureConnect');
    expect(socket.getEphemeralKeyInfo()).toMatchObject({ size: 3072 });
    socket.destroy();
    await imap.set({ accessEncryption: { dhBits: 2048, certificateId: null } });
  });

  test('a certificate that does not exist is not applied; the old one is shown', async () => {
    const [report] = await imap.set({ accessEncryption: { certificateId: 'gone' } });
    expect(report?.error).toMatch(/certificate gone is not in the store/);
    const socket = connectTls({ host: imap.host, port: imap.ports.imaps, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    expect(socket.getPeerCertificate().subject.CN).toBe('mail.example.org');
    socket.destroy();
    const [repaired] = await imap.set({ accessEncryption: { certificateId: null } });
    expect(repaired?.error).toBeNull();
  });

  test('a certificate that is replaced in the store is shown from the next handshake on', async () => {
    const replace = async (chainPem: string, key: string): Promise<void> => {
      const row = {
        id: 'generated',
        name: 'test',
        origin: 'imported' as const,
        notAfter: new Date('2126-01-01'),
      };
      await saveCertificate(imap.db, imap.masterKey, { ...row, chainPem, keyPem: key });
      imap.bus.emit(settingsChanged, { section: 'certificates', revision: 1 });
    };
    const shown = async (): Promise<unknown> => {
      const socket = connectTls({ host: imap.host, port: imap.ports.imaps, rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { subject } = socket.getPeerCertificate();
      socket.destroy();
      return subject.CN;
    };
    await replace(otherCertificatePem, otherKeyPem);
    await eventually(async () => expect(await shown()).toBe('other.test'));
    await replace(certificatePem, keyPem);
    await eventually(async () => expect(await shown()).toBe('mail.example.org'));
  });

  test('the minimum TLS version counts from the next handshake on', async () => {
    const handshake = async (maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<string | null> => {
      const socket = connectTls({
        host: imap.host,
        port: imap.ports.imaps,
        rejectUnauthorized: false,
        maxVersion,
      });
      return new Promise((resolve) => {
        socket.once('secureConnect', () => resolve(socket.getProtocol())).once('error', () => resolve(null));
        socket.once('secureConnect', () => socket.destroy());
      });
    };
    expect(await handshake('TLSv1.2')).toBe('TLSv1.2');
    await imap.set({ accessEncryption: { minTlsVersion: 'TLSv1.3' } });
    expect(await handshake('TLSv1.2')).toBeNull();
    expect(await handshake('TLSv1.3')).toBe('TLSv1.3');
    await imap.set({ accessEncryption: { minTlsVersion: 'TLSv1.2' } });
  });
});

test('replicas share the port, and sessions of one hear what happens in the other', async () => {
  const context = { name: 'imap', instance: randomUUID(), log: silentLogger(), health: new Health() };
  const replica = await start(processEnv.parse(imap.environment), context);
  const account = await imap.newAccount();
  const target = { host: imap.host, port: imap.ports.imap };
  const clients: ImapClient[] = [];
  const mine = (): number =>
    [...replica.sessions].filter((session) => session.account?.address.startsWith(account)).length;
  // The kernel spreads connections over the listeners.
  while (mine() < 1 || clients.length - mine() < 1) clients.push(await ImapClient.inbox(target, account));
  const [first, ...others] = clients as [ImapClient, ...ImapClient[]];
  for (const client of others) client.socket.write('i IDLE\r\n');
  for (const client of others) expect(await client.line()).toBe('+ idling');
  await first.append('INBOX', 'Subject: x\r\n\r\n');
  for (const client of others) expect(await client.line()).toBe('* 1 EXISTS');
  await replica[Symbol.asyncDispose]();
  for (const client of clients) client[Symbol.dispose]();
});

test.each([
  ['is switched off', (address: string) => updateAccount(imap.db, 'all', address, { isEnabled: false })],
  [
    'has a new password',
    async (address: string) => setPasswordHash(imap.db, 'all', address, await hashPassword('another')),
  ],
  ['is deleted', (address: string) => deleteAccount(imap.db, 'all', address)],
])('an account that %s loses its sessions, others keep theirs', async (_, change) => {
  const [off, on] = [await imap.newAccount(), await imap.newAccount()];
  const target = { host: imap.host, port: imap.ports.imap };
  using idle = await ImapClient.inbox(target, off);
  using waiting = await ImapClient.inbox(target, off);
  using other = await ImapClient.inbox(target, on);
  idle.socket.write('i IDLE\r\n');
  expect(await idle.line()).toBe('+ idling');
  const address = `${off}@demo.test`;
  await change(address);
  imap.bus.emit(directoryChanged, { addresses: [address] });
  expect(await idle.line()).toBe('* BYE the account or its password has changed');
  expect(await waiting.line()).toBe('* BYE the account or its password has changed');
  await other.ok('NOOP');
  await imap.talk(`
    S: * OK *
    C: a LOGIN ${off} secret
    S: a NO [AUTHENTICATIONFAILED] *
  `);
});

test('while the database is away commands answer UNAVAILABLE, and the session goes on when it is back', async () => {
  const account = await imap.newAccount();
  using client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
  const { db } = imap.server;
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  imap.server.db = { ...db, query: () => Promise.reject(refused) };
  expect(await client.command('STATUS INBOX (MESSAGES)')).toMatchObject({
    status: 'NO',
    text: '[UNAVAILABLE] not possible at the moment, try again later',
  });
  expect(await client.command('NOOP')).toMatchObject({ status: 'OK' });
  imap.server.db = db;
  await imap.deliver(account, 'Subject: x\r\n\r\n');
  expect(await client.ok('NOOP')).toContain('* 1 EXISTS');
});

// The last test of the file: afterwards nothing listens.
test('stopping says BYE to all sessions, lets a command end, and leaves nothing', async () => {
  const target = { host: imap.host, port: imap.ports.imap };
  using waiting = await ImapClient.inbox(target, 'anna');
  using idle = await ImapClient.inbox(target, 'anna');
  idle.socket.write('i IDLE\r\n');
  expect(await idle.line()).toBe('+ idling');
  using appending = await ImapClient.inbox(target, 'boris');
  appending.socket.write('a APPEND Sent {10}\r\n');
  expect(await appending.line()).toBe('+ send it');
  const stopped = imap.stop();
  expect(await waiting.line()).toBe('* BYE [UNAVAILABLE] the server is stopping');
  expect(await idle.line()).toBe('* BYE [UNAVAILABLE] the server is stopping');
  appending.socket.write('A: b\r\n\r\nxx\r\n');
  expect(await appending.line()).toMatch(/^a OK \[APPENDUID/);
  expect(await appending.line()).toBe('* BYE [UNAVAILABLE] the server is stopping');
  await stopped;
  expect(await isRefused(imap.ports.imap)).toBe(true);
  await eventually(() => expect(imap.sessions.size).toBe(0));
});
