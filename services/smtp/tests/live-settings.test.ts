// A setting reaches a running process: in open sessions, without a restart, and with an honest report.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { connect } from 'node:net';
import { deleteCertificate, saveCertificate } from '@pochtar/store/settings';
import { createName, updateAccount } from '@pochtar/store/directory';
import { settingsChanged } from '@pochtar/bus';
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
import { Client } from './client.ts';
import { filesIn, type SmtpHarness, startSmtp, tellDirectory } from './harness.ts';

let smtp: SmtpHarness;
beforeAll(async () => {
  smtp = await startSmtp();
});
afterAll(() => smtp[Symbol.asyncDispose]());

function isRefused(port: number): Promise<boolean> {
  const socket = connect({ port, host: smtp.host });
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true));
    socket.once('connect', () => socket.destroy());
  });
}

describe('ports', () => {
  test('a moved port opens, the old one closes, and the session that is open goes on', async () => {
    const [before, after] = [smtp.ports.mx, await freePort()];
    const session = await Client.greeted(before);
    await session.begin('a@remote.test', 'anna@demo.test');
    const [report] = await smtp.set({ network: { smtpPort: after } });
    expect(report?.error).toBeNull();
    const moved = await Client.open(after);
    expect((await moved.reply()).code).toBe(220);
    expect(await isRefused(before)).toBe(true);
    session.write('Subject: x\r\n\r\n.\r\n');
    expect((await session.reply()).code).toBe(250);
    session.close();
    moved.close();
    await smtp.set({ network: { smtpPort: before } });
  });

  test('a port that a stranger holds is not applied, the report names him, and the old port stays', async () => {
    const script = `require('net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })`;
    const stranger = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [printed] = (await once(stranger.stdout, 'data')) as [Buffer];
      const taken = Number(printed);
      const [report] = await smtp.set({ network: { submissionPort: taken } });
      expect(report?.error).toMatch(new RegExp(`port ${taken} .*process ${stranger.pid}`));
      expect(report?.problem?.text.ru).toMatch(
        new RegExp(`«Порт отправки» \\(network.submissionPort\\): порт ${taken} .*занимает`),
      );
      expect(await isRefused(smtp.ports.submission)).toBe(false);
    } finally {
      stranger.kill();
    }
    const [report] = await smtp.set({ network: { submissionPort: smtp.ports.submission } });
    expect(report?.error).toBeNull();
  });

  test('two ports that change places keep what they are for', async () => {
    const { mx, submission } = smtp.ports;
    await smtp.set({ network: { smtpPort: submission, submissionPort: mx } });
    const client = await Client.greeted(mx);
    expect((await client.say('MAIL FROM:<a@remote.test>')).code).toBe(530);
    client.close();
    await smtp.set({ network: { smtpPort: mx, submissionPort: submission } });
  });

  test('submission and SMTPS can be switched off and on', async () => {
    await smtp.set({ network: { submissionEnabled: false }, smtpEncryption: { implicitTlsEnabled: false } });
    expect(await isRefused(smtp.ports.submission)).toBe(true);
    expect(await isRefused(smtp.ports.smtps)).toBe(true);
    await smtp.set({ network: { submissionEnabled: true }, smtpEncryption: { implicitTlsEnabled: true } });
    expect(await isRefused(smtp.ports.submission)).toBe(false);
    expect(await isRefused(smtp.ports.smtps)).toBe(false);
  });

  test('without encryption the TLS-first port is closed, whatever its switch says, and opens again with it', async () => {
    await smtp.set({ smtpEncryption: { mode: 'none' } });
    expect(await isRefused(smtp.ports.smtps)).toBe(true);
    expect(await isRefused(smtp.ports.mx)).toBe(false);
    await smtp.set({ smtpEncryption: { mode: 'optional' } });
    expect(await isRefused(smtp.ports.smtps)).toBe(false);
  });

  test('an interface this machine lacks is not applied, and named', async () => {
    const [report] = await smtp.set({ network: { smtpInterfaces: ['eth77'] } });
    expect(report?.error).toMatch(/eth77/);
    expect(report?.problem).toMatchObject({
      code: 'noInterface',
      text: {
        ru: '«Интерфейсы для SMTP» (network.smtpInterfaces): у этой машины нет интерфейса eth77: исправьте список интерфейсов',
      },
    });
    expect(smtp.health.words()).toEqual({ 'settings network': report?.problem?.text });
    expect(smtp.health.faults()).toEqual({ 'settings network': report?.error });
    expect(await isRefused(smtp.ports.mx)).toBe(false);
    const [again] = await smtp.set({ network: { smtpInterfaces: ['lo'] } });
    expect(again?.error).toBeNull();
    expect(smtp.health.faults()).toEqual({});
    await smtp.set({ network: { smtpInterfaces: ['127.0.0.1'] } });
  });

  test('a second process shares the ports', async () => {
    await using replica = await smtp.startReplica();
    expect(replica).toBeDefined();
    const clients = await Promise.all(Array.from({ length: 20 }, () => Client.greeted(smtp.ports.mx)));
    for (const client of clients) {
      expect((await client.send('a@remote.test', 'anna@demo.test', 'Subject: x\r\n')).code).toBe(250);
      client.close();
    }
  });
});

describe('an open session', () => {
  test('keeps to the size limit of the moment', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    await smtp.set({ sending: { maxMessageSizeMb: 2 } });
    expect((await client.say('EHLO client.test')).text).toContain('SIZE 2097152');
    expect((await client.say('MAIL FROM:<a@remote.test> SIZE=2097153')).text).toMatch(/^552 5\.3\.4/);
    expect((await client.say('MAIL FROM:<a@remote.test> SIZE=2097152')).code).toBe(250);
    // What no scanner may look at, and is to be returned, is refused while its sender is connected.
    const scanned = { clamavEnabled: true, clamavAddress: '127.0.0.1:3310', maxScanSizeMb: 1 } as const;
    await smtp.set({ antivirus: { ...scanned, onUnscannable: 'bounce' } });
    await client.say('RSET');
    expect((await client.say('MAIL FROM:<a@remote.test> SIZE=1048576')).text).toMatch(/^552 5\.3\.4/);
    await smtp.set({ antivirus: { ...scanned, onUnscannable: 'hold' } });
    expect((await client.say('MAIL FROM:<a@remote.test> SIZE=1048576')).code).toBe(250);
    await smtp.set({
      sending: { maxMessageSizeMb: 50 },
      antivirus: { clamavEnabled: false, maxScanSizeMb: 50 },
    });
    client.close();
  });

  test('has its sender looked up in the lists of the moment', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    await smtp.setLists({ black: ['@bad.test'] });
    await client.say('MAIL FROM:<a@bad.test>');
    expect((await client.say('RCPT TO:<anna@demo.test>')).text).toMatch(/^554 5\.7\.1/);
    await client.say('RSET');
    // A white name lifts nothing while SPF is asked for and was not.
    await smtp.setLists({ black: ['@bad.test'], white: ['a@bad.test'] });
    await client.say('MAIL FROM:<a@bad.test>');
    expect((await client.say('RCPT TO:<anna@demo.test>')).text).toMatch(/^554 5\.7\.1/);
    await client.say('RSET');
    await smtp.set({ accessLists: { whiteNamesNeedSpf: 'no' } });
    await client.say('MAIL FROM:<a@bad.test>');
    expect((await client.say('RCPT TO:<anna@demo.test>')).code).toBe(250);
    // A name is easily forged: it does not relay unless the setting says so.
    expect((await client.say('RCPT TO:<x@elsewhere.test>')).text).toMatch(/^550 5\.7\.1/);
    await smtp.set({ accessLists: { relayForWhitelistedSenders: true } });
    await client.say('RSET');
    await client.say('MAIL FROM:<a@bad.test>');
    expect((await client.say('RCPT TO:<x@elsewhere.test>')).code).toBe(250);
    client.close();
    await smtp.set({
      accessLists: { whiteNamesNeedSpf: 'notFail', relayForWhitelistedSenders: false },
    });
    await smtp.setLists({});
  });

  test('RFC 5321 §3.1: a client that is black meanwhile is refused when it connects, and may only quit', async () => {
    await smtp.setLists({ black: ['127.0.0.1'] });
    const client = await Client.open(smtp.ports.mx);
    expect((await client.reply()).text).toMatch(/^554 5\.7\.1/);
    expect((await client.say('EHLO client.test')).code).toBe(503);
    expect((await client.say('QUIT')).code).toBe(221);
    await smtp.setLists({});
  });

  test('sees the directory change', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    await client.say('MAIL FROM:<a@remote.test>');
    expect((await client.say('RCPT TO:<new@demo.test>')).code).toBe(550);
    await createName(smtp.db, 'all', {
      kind: 'alias',
      address: 'new@demo.test',
      domain: 'demo.test',
      targets: ['boris@demo.test'],
    });
    await tellDirectory(smtp, ['new@demo.test']);
    await eventually(async () => expect((await client.say('RCPT TO:<new@demo.test>')).code).toBe(250), {
      timeout: 3000,
    });
    await updateAccount(smtp.db, 'all', 'boris@demo.test', { isEnabled: false });
    await tellDirectory(smtp, ['boris@demo.test']);
    await eventually(async () => expect((await client.say('RCPT TO:<boris@demo.test>')).code).toBe(550), {
      timeout: 3000,
    });
    await updateAccount(smtp.db, 'all', 'boris@demo.test', { isEnabled: true });
    client.close();
  });

  test('RFC 5321 §4.5.1: postmaster is answered for by who gets the alerts, where the directory has none', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    await smtp.set({ alerts: { address: 'admin@elsewhere.test' } });
    expect((await client.send('a@remote.test', 'Postmaster', 'Subject: x\r\n')).code).toBe(250);
    await client.say('MAIL FROM:<a@remote.test>');
    expect((await client.say('RCPT TO:<postmaster@elsewhere.test>')).code).toBe(550);
    client.close();
    const [last] = (await smtp.mails()).slice(-1);
    expect(last?.recipients).toMatchObject([{ address: 'admin@elsewhere.test', accountId: null }]);
    await smtp.set({ alerts: { address: '' } });
  });

  test('of a stranger is owed no notice of success, unless the setting says so; other notices it is owed', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    const kept = async (notify: string): Promise<string | null | undefined> => {
      await client.say('MAIL FROM:<a@remote.test>');
      await client.say(`RCPT TO:<anna@demo.test> NOTIFY=${notify}`);
      await client.say('DATA');
      client.write('Subject: x\r\n\r\n.\r\n');
      expect((await client.reply()).code).toBe(250);
      return (await smtp.mails()).at(-1)?.recipients[0]?.notify;
    };
    expect(await kept('SUCCESS,FAILURE')).toBe('FAILURE');
    expect(await kept('SUCCESS')).toBe('NEVER');
    await smtp.set({ dsn: { successToStrangers: true } });
    expect(await kept('SUCCESS,FAILURE')).toBe('SUCCESS,FAILURE');
    await smtp.set({ dsn: { successToStrangers: false } });
    await client.say(`AUTH PLAIN ${Buffer.from(`\0anna\0${smtp.password}`).toString('base64')}`);
    await client.say('MAIL FROM:<anna@demo.test>');
    await client.say('RCPT TO:<anna@demo.test> NOTIFY=SUCCESS');
    await client.say('DATA');
    client.write('From: anna@demo.test\r\n\r\n.\r\n');
    expect((await client.reply()).code).toBe(250);
    expect((await smtp.mails()).at(-1)?.recipients[0]?.notify).toBe('SUCCESS');
    client.close();
  });

  test('below the low-water mark is told so, before anything fails', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    await smtp.set({ alerts: { diskLowWaterMb: 10_485_760 } });
    expect((await client.say('MAIL FROM:<a@remote.test>')).text).toMatch(/^452 4\.3\.1/);
    await smtp.set({ alerts: { diskLowWaterMb: 10 } });
    expect((await client.say('MAIL FROM:<a@remote.test>')).code).toBe(250);
    client.close();
  });

  test('RFC 3463 §3.4: a mail that comes while the mark is reached is not taken, nor kept on the disk', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    const before = (await smtp.mails()).length;
    expect((await client.begin('a@remote.test', 'anna@demo.test')).code).toBe(354);
    client.write(`Subject: x\r\n\r\n${'x'.repeat(98).concat('\r\n').repeat(15_000)}`);
    await smtp.set({ alerts: { diskLowWaterMb: 10_485_760 } });
    client.write(`${'y'.repeat(98)}\r\n.\r\n`);
    expect((await client.reply()).text).toMatch(/^452 4\.3\.1/);
    expect(filesIn(smtp.spoolDirectory)).toEqual([]);
    expect(await smtp.mails()).toHaveLength(before);
    await eventually(() => expect(smtp.health.faults()['disk']).toMatch(/diskLowWaterMb/));
    await smtp.set({ alerts: { diskLowWaterMb: 10 } });
    await eventually(() => expect(smtp.health.ready).toBe(true));
    expect((await client.send('a@remote.test', 'anna@demo.test', 'Subject: y\r\n')).code).toBe(250);
    client.close();
  });

  test('of a stranger has bare line ends refused or repaired, as the setting says', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    await smtp.set({ limits: { bareNewline: 'normalise' } });
    expect((await client.send('a@remote.test', 'anna@demo.test', 'Subject: x\n\ntext\n.\nmore')).code).toBe(
      250,
    );
    const [last] = (await smtp.mails()).slice(-1);
    expect(last?.bytes.toString('latin1')).toMatch(/Subject: x\r\n\r\ntext\r\n\.\r\nmore\r\n$/);
    await smtp.set({ limits: { bareNewline: 'refuse' } });
    client.close();
  });

  test('gives a mail the slip of the settings of the moment', async () => {
    const client = await Client.greeted(smtp.ports.mx);
    const [report] = await smtp.set({ antivirus: { clamavEnabled: true, clamavAddress: '127.0.0.1:3310' } });
    await client.send('a@remote.test', 'anna@demo.test', 'Subject: x\r\n');
    const [row] = await smtp.db.query<{ slip: string[]; step: string; revision: number }>({
      text: 'select slip, step, settings_revision as revision from queue.mail order by id desc limit 1',
    });
    expect(row).toEqual({ slip: ['antivirus', 'dkim'], step: 'antivirus', revision: report?.revision });
    await smtp.set({ antivirus: { clamavEnabled: false } });
    client.close();
  });
});

test('a choice that nothing acts on is never reported as applied', async () => {
  const [stored] = await smtp.set({ network: { firewallRule: false } });
  expect(stored?.problem).toMatchObject({ code: 'notAvailable' });
  expect(stored?.error).toMatch(/not available in this version/);
  expect(smtp.health.faults()).toEqual({});
  const [back] = await smtp.set({ network: { firewallRule: true } });
  expect(back?.error).toBeNull();
});

describe('the TLS policy', () => {
  type Offer = Pick<ConnectionOptions, 'maxVersion' | 'ciphers'>;
  async function negotiated(offer: Offer): Promise<{ version: string | null; dhBits: number | undefined }> {
    const socket = connectTls({
      ...{ port: smtp.ports.smtps, host: smtp.host, rejectUnauthorized: false },
      ...offer,
    });
    await once(socket, 'secureConnect');
    const key = socket.getEphemeralKeyInfo();
    const answer = { version: socket.getProtocol(), dhBits: key && 'size' in key ? key.size : undefined };
    socket.destroy();
    return answer;
  }

  test('minTlsVersion: older versions are refused from the next handshake on', async () => {
    expect((await negotiated({ maxVersion: 'TLSv1.2' })).version).toBe('TLSv1.2');
    await smtp.set({ smtpEncryption: { minTlsVersion: 'TLSv1.3' } });
    await expect(negotiated({ maxVersion: 'TLSv1.2' })).rejects.toThrow(/alert|protocol/i);
    expect((await negotiated({})).version).toBe('TLSv1.3');
    await smtp.set({ smtpEncryption: { minTlsVersion: 'TLSv1.2' } });
  });

  test('dhBits: the group of the key exchange has the length of the setting', async () => {
    const dhe: Offer = { maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES128-GCM-SHA256' };
    const certificate = { id: 'rsa', name: 'rsa', chainPem: rsaCertificatePem, keyPem: rsaKeyPem };
    await saveCertificate(smtp.db, smtp.masterKey, {
      ...certificate,
      origin: 'imported',
      notAfter: new Date('2126-01-01'),
    });
    await smtp.set({ smtpEncryption: { certificateId: 'rsa' } });
    expect((await negotiated(dhe)).dhBits).toBe(2048);
    await smtp.set({ smtpEncryption: { dhBits: 3072 } });
    expect((await negotiated(dhe)).dhBits).toBe(3072);
    await smtp.set({ smtpEncryption: { dhBits: 2048, certificateId: null } });
  });
});

test('RFC 6066 §3: of several certificates the one that has the name is shown, as soon as it is in the store and until it is not', async () => {
  const port = { host: smtp.host, port: smtp.ports.smtps };
  expect(await shownCertificate(port, 'other.test')).toBe('mail.example.org');
  const added = { id: 'second', name: 'second', chainPem: otherCertificatePem, keyPem: otherKeyPem };
  await saveCertificate(smtp.db, smtp.masterKey, {
    ...added,
    origin: 'imported',
    notAfter: new Date('2126-01-01'),
  });
  await smtp.set({ smtpEncryption: {} });
  expect(await shownCertificate(port, 'other.test')).toBe('other.test');
  expect(await shownCertificate(port, 'mail.example.org')).toBe('mail.example.org');
  expect(await shownCertificate(port, 'nobody.test')).toBe('mail.example.org');
  await deleteCertificate(smtp.db, 'second');
  await smtp.set({ smtpEncryption: {} });
  expect(await shownCertificate(port, 'other.test')).toBe('mail.example.org');
});

describe('certificates', () => {
  async function shown(): Promise<string> {
    const socket = connectTls({
      port: smtp.ports.smtps,
      host: smtp.host,
      rejectUnauthorized: false,
      servername: 'other.test',
    });
    await once(socket, 'secureConnect');
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return String(subject.CN);
  }

  test('one that is replaced in the store is shown from the next handshake on', async () => {
    expect(await shown()).toBe('mail.example.org');
    await saveCertificate(smtp.db, smtp.masterKey, {
      id: 'generated',
      name: 'other',
      chainPem: otherCertificatePem,
      keyPem: otherKeyPem,
      origin: 'imported',
      notAfter: new Date('2126-01-01'),
    });
    smtp.bus.emit(settingsChanged, { section: 'certificates', revision: 1 });
    await eventually(async () => expect(await shown()).toBe('other.test'));
  });

  test('one that does not match its key is not applied, and the one in use stays', async () => {
    await saveCertificate(smtp.db, smtp.masterKey, {
      id: 'broken',
      name: 'broken',
      chainPem: certificatePem,
      keyPem: otherKeyPem,
      origin: 'imported',
      notAfter: new Date('2126-01-01'),
    });
    const [report] = await smtp.set({ smtpEncryption: { certificateId: 'broken' } });
    expect(report?.error).toMatch(/key/i);
    expect(await shown()).toBe('other.test');
    await saveCertificate(smtp.db, smtp.masterKey, {
      id: 'broken',
      name: 'mended',
      chainPem: certificatePem,
      keyPem,
      origin: 'imported',
      notAfter: new Date('2126-01-01'),
    });
    const [absent] = await smtp.set({ smtpEncryption: { certificateId: 'absent' } });
    expect(absent?.error).toMatch(/certificate absent is not in the store/);
    expect(absent?.problem?.text.ru).toMatch(/«Сертификат», smtpEncryption\.certificateId: .*absent нет/);
    const [still] = await smtp.set({ smtpEncryption: { certificateId: 'absent' } });
    expect(still?.error).toMatch(/certificate absent is not in the store/);
    expect(await shown()).toBe('other.test');
    const [mended] = await smtp.set({ smtpEncryption: { certificateId: 'broken' } });
    expect(mended?.error).toBeNull();
  });
});
